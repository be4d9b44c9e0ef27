#!/usr/bin/env bash
#
# A real ssh-agent stopped (SIGSTOP): whoever asks it gets a failure after sign-seconds, or
# request-seconds; other ids go on meanwhile; once it continues it is asked again.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
key_make b.pem
real_agent b.pem
agentd --key a=./a.pem --agent r="$REAL_AGENT" --limit sign-seconds=1 --limit request-seconds=2
[ "$(raw_agent "$(id_socket r)" sign 200)" = 14 ] || fail 'the agent does not work'

kill -STOP "$REAL_AGENT_PID"
raw_agent "$(id_socket r)" type 11 >list.log &
client=$!
expect_served a
wait "$client"
expect_output 5 list.log
daemon_await_log 'id=r .* the agent did not answer in time$'

kill -CONT "$REAL_AGENT_PID"
[ "$(raw_agent "$(id_socket r)" sign 200)" = 14 ] || fail 'it continues, and is not asked'
daemon_stop
