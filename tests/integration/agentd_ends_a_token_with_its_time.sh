#!/usr/bin/env bash
#
# A token lets nobody in after its time, and a link that it opened before is refused everything.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem
for lifetime in 2s 5s 15s; do # the shortest that suffices, on a machine that may be busy
	SSH_SHIM_TOKEN=$(token_mint --expires "$lifetime" --name brief)
	hold_begin "$lifetime" a 1
	await_line "$lifetime.log" '^(1 open|not let in)'
	! grep -q open "$lifetime.log" || break
done
deadline=$((SECONDS + DEADLINE_S))
until ssh_peer login "$SSH_SHIM_TOKEN" >login.log && ! grep -q '^let in' login.log; do
	[ "$SECONDS" -lt "$deadline" ] || fail 'it does not expire'
done
expect_line login.log '^denied: ssh-forward-agentd: the token "brief" expired [0-9]+ seconds ago'
hold_ask "$lifetime"
await_line "$lifetime.log" '^1 5$'
daemon_await_log 'refused kind=list id=a .*token=brief: the token has expired'
daemon_stop
