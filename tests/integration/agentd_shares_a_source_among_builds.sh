#!/usr/bin/env bash
#
# A build that binds sessions on all connections that a source takes, over two links, and keeps them, has
# to give up some of them to another build, which signs within seconds; the rest of them goes on.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
real_agent a.pem
agentd --agent a="$REAL_AGENT" --limit upstream-per-id=8
for link in one two; do
	hold $link a 4 bound
	expect_line $link.log '^4 6$'
done

SSH_PEER_FROM=127.0.0.2 hold other a 3 bound
expect_line other.log '^3 6$'
[ "$(grep -c 'agent connection ended: it was unused, and other builds that have fewer wait' "$DAEMON_LOG")" -eq 3 ] ||
	fail "not three were given up: $(cat "$DAEMON_LOG")"
SSH_PEER_FROM=127.0.0.2 ssh_peer sign a 300 >sign.log
expect_line sign.log '^1 14$'

hold_ask two # link one's were unused longer
await_line two.log '^4 12$'
hold_ask other
await_line other.log '^3 12$'
daemon_stop
