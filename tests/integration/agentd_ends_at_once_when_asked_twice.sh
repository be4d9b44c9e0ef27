#!/usr/bin/env bash
#
# A second SIGTERM does not wait for what is in flight, but fails it; and it is a clean end.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

fake_agent 'ask stall'
agentd --agent f="$FAKE_AGENT"
raw_agent "$(id_socket f)" type 11 >out.log &
client=$!
await_line agent.log '^asked$'
kill -TERM "$DAEMON_PID"
daemon_await_log 'ending; waiting for 1 requests in flight'
kill -TERM "$DAEMON_PID"
wait "$DAEMON_PID" || fail "it ended with $?"
wait "$client"
grep -qE '^(5|closed)$' out.log || fail "the client got $(cat out.log)"
daemon_expect_no_report
