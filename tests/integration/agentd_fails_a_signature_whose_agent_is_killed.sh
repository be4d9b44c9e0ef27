#!/usr/bin/env bash
#
# The agent killed in mid-sign: a failure for the one who waits; ids of other sources go on, and so
# does this one when its agent is back.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
fake_agent 'ask list ask stall'
agentd --key a=./a.pem --agent f="$FAKE_AGENT"

raw_agent "$(id_socket f)" sign 200 >out.log &
client=$!
await_lines 2 agent.log '^asked$'
kill -KILL "$FAKE_AGENT_PID"
wait "$client"
expect_output 5
daemon_await_log 'id=f .* the agent died, or closed the connection$'

[ "$(raw_agent "$(id_socket a)" sign 200)" = 14 ] || fail 'another id does not work'
[ "$(raw_agent "$(id_socket f)" type 11)" = 5 ] || fail 'an agent that is gone answered'
fake_agent 'ask list again'
[ "$(raw_agent "$(id_socket f)" type 11)" = 12 ] || fail 'the agent is back, and not asked'
daemon_stop
