#!/usr/bin/env bash
#
# Ids that come, go and change with a reload: keys of a new one sign, one that is gone is refused on
# links that were there before, and its keeper stays for as long as somebody uses it, and no longer.
set -euo pipefail
. "$(dirname "$0")/../support/reload.sh"
reload_begin

await_keepers()
{
	local deadline=$((SECONDS + DEADLINE_S))

	until [ "$(keepers)" -eq "$1" ]; do
		[ "$SECONDS" -lt "$deadline" ] || fail "$(keepers) keepers, not $1"
		sleep 0.02
	done
}

key_make a.pem
key_make b.pem
key_make c.pem
conf '[id a]' 'key = a.pem'
agentd --config conf
key_counter before a
hold link a 1

conf '[id b]' 'key = b.pem'
reload
[ "$(raw_agent "$(id_socket b)" sign 200)" = 14 ] || fail 'the new id does not sign'
[ ! -e "$(id_socket a)" ] || fail 'the socket of the id that is gone is there still'
[ "$(keys_seen before)" = 1 ] || fail 'a connection in progress lost its keys'
await_keepers 2
shim_status --id a -- true
expect_line error.log 'b'
[ "$STATUS" -eq 125 ] || fail "a shim that asks for the id that is gone ends with $STATUS"
[ "$(SSH_AUTH_SOCK=$DAEMON_RUNTIME_DIR/ssh-forward-agentd/agent.sock ssh-add -l | wc -l)" -eq 1 ] ||
	fail 'the default id is not the new one'

# Once the connections are gone, the keys are, too.
kill -KILL "$HOLD_PID"
counter_end before
await_keepers 1
[ "$(raw_agent "$(id_socket b)" sign 200)" = 14 ] || fail 'the id that stayed lost its keeper'

# The same names of files, with other content; the two signatures that were made count on.
mv c.pem b.pem
mv c.pem.pub b.pem.pub
conf '[id b]' 'key = b.pem' 'max-signatures = 2'
reload
[ "$(raw_agent "$(id_socket b)" sign 200)" = 5 ] || fail 'other keys began the count anew'
daemon_await_log "refused kind=sign id=b .*: the id's signatures are used up"
SSH_AUTH_SOCK=$(id_socket b) ssh-add -l >out.log
grep -qF "$(ssh-keygen -lf b.pem.pub | cut -d' ' -f2)" out.log || fail 'the new key is not offered'
await_keepers 1

# Nothing of it has changed: it stays with the keeper it has, which needs no file.
rm b.pem b.pem.pub
key_make d.pem
conf '[id b]' 'key = b.pem' 'max-signatures = 50' '[id d]' 'key = d.pem'
reload
[ "$(raw_agent "$(id_socket b)" sign 200)" = 14 ] || fail 'the id whose file is gone does not sign'
await_keepers 2
kill -USR1 "$DAEMON_PID"
daemon_await_log 'SIGUSR1: all keys are dropped'
for id in b d; do
	! SSH_AUTH_SOCK=$(id_socket $id) ssh-add -l >out.log || fail "id $id has keys still"
done
daemon_stop
