#!/usr/bin/env bash
#
# links-per-address: one more from the same address is closed; from another address one may come, and from this one
# when one has gone.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem --limit links-per-address=2

hold first a 1
hold second a 1
! ssh_peer ask a >out.log 2>&1 || fail 'a third link from one address'
daemon_await_log 'refused kind=connect .*: as many links as are allowed are open from this address'
SSH_PEER_FROM=127.0.0.2 ssh_peer ask a >out.log
expect_output '1 12'
for name in first second; do
	hold_ask "$name"
	await_line "$name.log" '^1 12$'
done
kill "$HOLD_PID"
daemon_await_log 'link closed'
expect_served
daemon_stop
