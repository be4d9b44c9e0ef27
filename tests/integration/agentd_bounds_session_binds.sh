#!/usr/bin/env bash
#
# An agent connection may be bound to 16 sessions; more are refused, and what comes of that is its own affair.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem
ssh_peer bind a 33 >out.log
expect_output $'17 5\n16 6'
daemon_await_log 'refused kind=session-bind id=a '
ssh_peer bind a 16 >out.log
expect_output '16 6'
expect_served
daemon_stop
