#!/usr/bin/env bash
#
# The token is neither in the command's environment, nor to be read in the shim's, nor on a command line.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

real

# shellcheck disable=SC2016
shim_status -- sh -c 'env; tr "\0" "\n" </proc/$PPID/environ; tr "\0" "\n" </proc/$PPID/cmdline'

expect_status 0
expect_line out.log '^SSH_AUTH_SOCK=/'
expect_no_line out.log 'SSH_SHIM_TOKEN=sfa1_'
expect_no_line out.log 'sfa1_'
daemon_stop
