#!/usr/bin/env bash
#
# A daemon is stopped: its kernel acknowledges all it is sent, and nothing is answered. What waits for it fails within
# half a minute, and the build's log names the cause: a list, a signature, an agent connection that begins, a secret half
# way. A build that waits for nothing keeps its link. And one whose agent takes longer, behind a daemon that lives, gets its answer.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin
declare -A ask

# begin NAME ID: a build that lists keys on one connection, for each line that ${ask[NAME]} is sent; it has done so once
begin()
{
	local fd

	mkfifo "$1.in"
	exec {fd}<>"$1.in"
	ask[$1]=$fd
	shim_spawn --id "$2" -- "$RAW_AGENT" - count <"$1.in" >"$1.log" 2>"$1.err" {fd}>&- &
	echo >&"$fd"
	await_line "$1.log" '^1$'
}

# expect_cause NAME WHAT: it says why WHAT did not happen
expect_cause()
{
	expect_line "$1.err" "^ssh-shim: the link to $CONNECT was lost: ssh-forward-agentd, or its machine, hangs: "
	expect_line "$1.err" "^ssh-shim: $2.*: the link to the daemon (was lost; |is lost; |broke$)"
}

key_make a.pem
truncate -s 500M large
fake_agent 'ask list ask signal echo again'
slow_agent=$FAKE_AGENT_PID
agentd --agent slow="$FAKE_AGENT" --limit request-seconds=60
slow_daemon=$DAEMON_PID
begin slow slow
asked=$(grep -c '^asked$' agent.log)
echo >&"${ask[slow]}"
await_lines $((asked + 1)) agent.log '^asked$'

fake_agent 'ask list ask stall'
agentd --key a=./a.pem --agent s="$FAKE_AGENT" --secret id=large,src=large --limit secret-bytes=600000000
begin idle a
begin list a
mkfifo go
# shellcheck disable=SC2016 # it is the script's own
shim_spawn --id a -- sh -c 'read -r _; exec "$0" - type 11' "$RAW_AGENT" <go >open.log 2>open.err &
open=$!
exec {go}>go
asked=$(grep -c '^asked$' agent.log || true)
shim_spawn --quiet --id s -- "$RAW_AGENT" - sign 200 >sign.log 2>sign.err &
sign=$!
await_lines $((asked + 3)) agent.log '^asked$' # for the offer, a list, a signature
touch start
shim_spawn --secret large,target=large.here --id a -- touch ran >secret.log 2>secret.err &
secret=$!
until [ -n "$(find /dev/shm -path '*/ssh-shim.*/secrets/0.large' -newer start 2>/dev/null)" ]; do sleep 0.01; done

kill -STOP "$DAEMON_PID"
since=$SECONDS
echo >&"${ask[list]}"
echo >&"$go"
wait "$sign"
expect_output 5 sign.log
expect_cause sign 'nothing was signed \(id "s"\)'
await_lines 2 list.log .
expect_output $'1\n5' list.log
expect_cause list 'no keys are listed \(id "a"\)'
status=0
wait "$secret" || status=$?
[ "$status" -eq 125 ] || fail "the shim without a secret ended with $status"
[ ! -e ran ] || fail 'the command ran without its secret'
expect_cause secret 'the secret "large" did not arrive'
# It has sought the daemon once more.
wait "$open"
expect_output 5 open.log
expect_cause open 'no keys are listed \(id "a"\)'
took=$((SECONDS - since))
[ "$took" -ge 14 ] || fail "it gave the daemon up after $took s: one that is busy would do"
[ "$took" -le 40 ] || fail "it took $took s"

kill -CONT "$DAEMON_PID"
echo >&"${ask[idle]}"
await_lines 2 idle.log .
expect_output $'1\n1' idle.log
[ ! -s idle.err ] || fail "who waits for nothing is told: $(cat idle.err)"
[ -d "/proc/$slow_daemon" ] || fail 'the slow daemon died'
kill -USR1 "$slow_agent"
await_lines 2 slow.log .
expect_output $'1\n14' slow.log
[ ! -s slow.err ] || fail "the link of a slow answer: $(cat slow.err)"
daemon_stop
