#!/usr/bin/env bash
#
# Whatever keeps a signature from being made, the build's log names it: the agent or the keeper killed in mid-sign, an
# agent that stalls or refuses, a policy; over a mounted socket, that it was so. A stock ssh that
# forwards a socket is told nothing: it would complain.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

# expect_told WHAT REASON: a failure was answered, and this is said of it, and nothing else
expect_told()
{
	expect_output 5
	expect_line error.log "^ssh-shim: $1: $2; the log of ssh-forward-agentd may say more$"
	[ "$(wc -l <error.log)" -eq 1 ] || fail "more than a line: $(cat error.log)"
}

# build ID COMMAND...
build()
{
	shim --quiet --id "$1" -- "$RAW_AGENT" - "${@:2}" >out.log 2>error.log || fail "$1: no answer"
}

key_make a.pem
key_make b.pem
fake_agent 'ask list ask stall'
printf '%s\n' '[id a]' "key = $PWD/a.pem" '[id b]' "key = $PWD/b.pem" 'user = nobody' \
	'[id f]' "agent = $FAKE_AGENT" >config
agentd --config config --limit sign-seconds=2

build b sign 200
expect_told 'nothing was signed \(id "b"\)' "a login as a user who is none of the id's"
build a type 19
expect_told 'an agent request failed \(id "a"\)' 'a build may not change the agent'
build f sign 200
expect_told 'nothing was signed \(id "f"\)' 'the agent did not answer in time'

asked=$(grep -c '^asked$' agent.log)
shim_spawn --id f -- "$RAW_AGENT" - sign 200 >out.log 2>error.log &
client=$!
await_lines $((asked + 3)) agent.log '^asked$' # for the offer, a list, a signature
kill -KILL "$FAKE_AGENT_PID"
wait "$client"
expect_told 'nothing was signed \(id "f"\)' 'the agent died, or closed the connection'

fake_agent 'ask list ask hex=0000000105 again'
build f sign 200
expect_told 'nothing was signed \(id "f"\)' 'the agent would not sign'
shim_status --connect "unix:$(id_socket f)" -- "$RAW_AGENT" - sign 200
expect_told 'nothing was signed' 'the agent on the host refused'
stock_ssh -N -o ExitOnForwardFailure=yes -o LogLevel=VERBOSE -L "$PWD/stock.sock:f:1" 2>stock.log &
until [ -S stock.sock ]; do
	[ -d "/proc/$!" ] || fail "ssh ended: $(cat stock.log)"
	sleep 0.02
done
[ "$(raw_agent stock.sock sign 200)" = 5 ] || fail 'stock ssh got something else'
expect_no_line stock.log 'ext data'

# A keeper that is stopped, and then dies, while a build waits for it.
mkfifo go
# shellcheck disable=SC2016 # it is the script's own
shim_spawn --id a -- sh -c 'echo 5 >ready; read -r _ <go; exec "$0" - type 11' "$RAW_AGENT" \
	>out.log 2>error.log &
client=$!
await_line ready 5
keeper=$(pgrep -P "$DAEMON_PID")
kill -STOP "$keeper"
sockets=$(find "/proc/$DAEMON_PID/fd" -lname 'socket:*' | wc -l)
echo >go
until [ "$(find "/proc/$DAEMON_PID/fd" -lname 'socket:*' | wc -l)" -gt "$sockets" ]; do
	sleep 0.02
done
kill -KILL "$keeper"
wait "$client"
expect_told 'no keys are listed \(id "a"\)' 'the keeper died, or closed the connection'
daemon_stop
