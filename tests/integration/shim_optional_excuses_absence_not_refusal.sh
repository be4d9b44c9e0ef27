#!/usr/bin/env bash
#
# With --optional the command runs where no daemon is, without an agent; a daemon that refuses, or
# another one's, is an error all the same.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

fake --refuse 'go away'
shim_status --optional -- echo ran
expect_status 125
fake_kill
fake --other-pin
shim_status --optional -- echo ran
expect_status 125
expect_no_line out.log ran
fake_kill

# shellcheck disable=SC2016
shim_status --optional -- sh -c 'echo "agent: ${SSH_AUTH_SOCK-none}"; exit 7'
expect_status 7
expect_line out.log '^agent: none$'
expect_line error.log '^ssh-shim: .*no daemon found'
