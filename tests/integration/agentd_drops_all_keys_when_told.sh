#!/usr/bin/env bash
#
# SIGUSR1: the keys of all ids with key files are gone, for the connections that are open and between two requests as well;
# what an agent was asked before is answered, and agents go on. SIGHUP reads the files again. Where there are only
# agents, the log says that there is nothing to drop.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

for key in a b c; do
	key_make $key.pem
done
real_agent c.pem
fake_agent 'ask list ask signal echo'
agentd --key a=./a.pem --key b=./b.pem --agent r="$REAL_AGENT" --agent f="$FAKE_AGENT"
for id in a b r; do
	hold $id $id 2
	hold_ask $id
	await_line $id.log '^2 12$'
	[ "$(SSH_AUTH_SOCK=$(id_socket $id) ssh-add -l)" ] || fail "there are no keys of $id"
done
raw_agent "$(id_socket f)" sign 200 >flight.log &
flight=$!
await_lines 2 agent.log '^asked$'
# Signatures by the very keys that go, one behind the other: each is whole, or a failure.
SSH_AUTH_SOCK=$(id_socket b) agent_load --connections 4 --requests 100000 --data-len 500 >load.log 2>&1 &
load=$!
daemon_await_log ' signed id=b '

kill -USR1 "$DAEMON_PID"
daemon_await_log 'SIGUSR1: all keys are dropped'
for id in a b; do
	! SSH_AUTH_SOCK=$(id_socket $id) ssh-add -l >out.log || fail "there are keys of $id still"
	expect_output 'The agent has no identities.'
	[ "$(ssh_peer ask $id)" = '1 12' ] || fail "$id does not answer any more"
	hold_ask $id
	await_lines 2 $id.log '^2 12$'
done
! wait "$load" || fail 'signatures by keys that are gone'
before=$(grep -c ' signed id=b ' "$DAEMON_LOG")
ssh_peer exec offer >offer.log
expect_no_line offer.log '^key [ab] '
expect_line offer.log '^key r '
expect_served r
kill -USR1 "$FAKE_AGENT_PID"
wait "$flight"
expect_output 14 flight.log
[ "$(grep -c ' signed id=b ' "$DAEMON_LOG")" -eq "$before" ] || fail 'signed after the keys were dropped'

kill -HUP "$DAEMON_PID"
daemon_await_log '(^|[^a-z])reloaded'
expect_served a
expect_served b
daemon_stop

agentd --agent r="$REAL_AGENT"
kill -USR1 "$DAEMON_PID"
daemon_await_log "SIGUSR1: there are no keys to drop: only those of key files are ours, an agent's are its own"
expect_served r
daemon_stop
