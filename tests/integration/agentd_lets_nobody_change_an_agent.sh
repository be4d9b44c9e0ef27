#!/usr/bin/env bash
#
# Adding, removing, locking and smart cards are refused, for key files and for agents, through the
# shim and on the Unix socket; the agent's keys are still there afterwards, and still sign.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
key_make b.pem
key_make more.pem
real_agent b.pem
agentd --key a=./a.pem --agent r="$REAL_AGENT"

# change SOCKET: nothing of this may succeed
cat >change.sh <<'END'
failed=0
ssh-add -q -D 2>/dev/null && failed=1
ssh-add -q -d a.pem 2>/dev/null && failed=1
ssh-add -q -d b.pem 2>/dev/null && failed=1
ssh-add -q more.pem 2>/dev/null && failed=1
ssh-add -q -t 60 -c more.pem 2>/dev/null && failed=1
for request in 17 18 19 20 21 22 23 25 26 1 9 200 255; do
	[ "$("$1" - type $request)" = 5 ] || failed=1
done
exit $failed
END
for id in a r; do
	SSH_AUTH_SOCK=$(id_socket "$id") bash change.sh "$RAW_AGENT" ||
		fail "something was changed on the socket of $id"
	shim --id "$id" -- bash change.sh "$RAW_AGENT" || fail "something was changed through the shim: $id"
	[ "$(raw_agent "$(id_socket "$id")" sign 200)" = 14 ] || fail "$id does not sign any more"
done
[ "$(SSH_AUTH_SOCK=$REAL_AGENT ssh-add -l | wc -l)" -eq 1 ] || fail 'the agent has other keys now'
# Of one id at least: so many refusals in a second are counted rather than logged.
daemon_await_log 'refused kind=other id=[ar] .*: a build may not change the agent'
daemon_stop
