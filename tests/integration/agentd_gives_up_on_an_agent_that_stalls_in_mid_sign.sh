#!/usr/bin/env bash
#
# An agent that does not answer a signature: a failure after sign-seconds; others go on meanwhile.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
fake_agent 'ask list ask stall'
agentd --key a=./a.pem --agent f="$FAKE_AGENT" --limit sign-seconds=1

raw_agent "$(id_socket f)" sign 200 >out.log &
client=$!
await_lines 2 agent.log '^asked$'
expect_served a
[ "$(raw_agent "$(id_socket f)" type 11)" = 12 ] || fail 'another connection does not work'
wait "$client"
expect_output 5
daemon_await_log 'id=f .* the agent did not answer in time$'
daemon_stop
