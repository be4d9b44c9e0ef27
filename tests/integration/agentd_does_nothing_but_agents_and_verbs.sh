#!/usr/bin/env bash
#
# No shell, pty, subsystem, X11, forwarding of any kind, no channel of another type, and no id that
# is not there; a link that asks for all of it still works.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem
ssh_peer forbidden >out.log
expect_no_line out.log granted
[ "$(grep -c ' refused$' out.log)" -eq 12 ] || fail "not all were tried: $(cat out.log)"
daemon_stop
