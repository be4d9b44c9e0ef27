#!/usr/bin/env bash
#
# A refused token: the daemon's own reason, what to do next, status 125, and no second try.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

fake --refuse 'ssh-forward-agentd: the token expired 2 minutes ago'

shim_status --wait 20 -- true

expect_status 125
expect_line error.log 'the token expired 2 minutes ago'
expect_line error.log '^ssh-shim: take the token'
fake_await password
fake_says_nothing
