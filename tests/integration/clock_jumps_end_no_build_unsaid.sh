#!/usr/bin/env bash
#
# The host's clock is set a day and ten years ahead and back while builds run: whatever has a duration keeps it
# (signatures in flight, an id's lifetime, the status), a token expires when the clock says so, which builds are told, and
# none lives longer because the clock was set back.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
. "$(dirname "$0")/../support/status.sh"
agentd_begin
faketime=$(find /usr/lib -name libfaketime.so.1 | sort | tail -n 1)
[ -n "$faketime" ] || skip 'libfaketime is not installed'

# A clock that is set is not the one that durations are measured with. The shim reads none that is.
export FAKETIME_TIMESTAMP_FILE=$PWD/clock FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1
engine_spawn()
{
	exec env LD_PRELOAD="$faketime" "$@"
}

jump()
{
	echo "$1" >clock.new
	mv clock.new clock
}

expect_signed()
{
	(shim_spawn "$@" -- "$RAW_AGENT" - sign 200) >out.log 2>error.log || fail "$(cat error.log)"
	expect_output 14
}

# expect_denied REASON: with $SSH_SHIM_TOKEN
expect_denied()
{
	local status=0

	(shim_spawn --id a -- "$RAW_AGENT" - sign 200) >out.log 2>error.log || status=$?
	[ "$status" -eq 125 ] || fail "a token that has expired is good: $(cat out.log error.log)"
	expect_line error.log "$1"
}

jump +0
key_make a.pem
key_make b.pem
fake_agent 'ask list ask signal echo again'
printf '%s\n' '[id a]' "key = $PWD/a.pem" '[id hour]' "key = $PWD/b.pem" 'lifetime = 1h' \
	'[id f]' "agent = $FAKE_AGENT" >config
agentd_plain --config config
run=$SSH_SHIM_TOKEN hour=$(token_mint --expires 1h --name hour) brief=$(token_mint --expires 3s --name brief)

for by in +1d -1d +3650d -3650d; do
	asked=$(grep -c '^asked$' agent.log || true)
	(shim_spawn --id f -- "$RAW_AGENT" - sign 200) >"f.log" 2>f.err &
	client=$!
	await_lines $((asked + 3)) agent.log '^asked$'
	jump "$by"
	expect_signed --id a
	expect_signed --id hour
	kill -USR1 "$FAKE_AGENT_PID"
	wait "$client" || fail "$by: $(cat f.err)"
	expect_output 14 f.log
done

# A link that is there when its token expires, and a build that comes after.
mkfifo go
jump +0
export SSH_SHIM_TOKEN=$hour
# shellcheck disable=SC2016 # it is the script's own
(shim_spawn --id a -- sh -c 'for _ in 1 2 3; do "$0" - type 11; read -r _ || exit 0; done' "$RAW_AGENT") <go >hour.log 2>hour.err &
client=$!
exec {go}>go
await_lines 1 hour.log '^12$'
jump +1d
echo >&"$go"
await_lines 1 hour.log '^5$'
expect_line hour.err '^ssh-shim: no keys are listed \(id "a"\): the token has expired; '
expect_denied 'the token "hour" expired (22|23) hours ago'
status_is 'daemon["uptime_seconds"] < 300' 'links[0]["seconds"] < 300'
jump +0
echo >&"$go"
await_lines 2 hour.log '^12$'
exec {go}>&-
wait "$client"

# Three seconds are three seconds.
jump -1d
export SSH_SHIM_TOKEN=$brief
while (shim_spawn --id a -- true) 2>error.log; do
	[ "$SECONDS" -lt 60 ] || fail 'a token lives on, since the clock was set back'
done
expect_line error.log 'the token "brief" expired [0-9]+ seconds ago'
export SSH_SHIM_TOKEN=$run
expect_signed --id hour
daemon_stop
