#!/usr/bin/env bash
#
# SIGTERM with a request in flight: no new connections, the request is answered, then it ends with 0.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

fake_agent 'ask list ask signal list'
agentd --agent f="$FAKE_AGENT"
raw_agent "$(id_socket f)" sign 200 >out.log &
client=$!
await_lines 2 agent.log '^asked$'
kill -TERM "$DAEMON_PID"
daemon_await_log 'ending; waiting for 1 requests in flight'
! ssh_peer ask f >peer.log 2>&1 || fail 'it still accepts'
kill -USR1 "$FAKE_AGENT_PID"
wait "$client"
expect_output 12
wait "$DAEMON_PID" || fail "it ended with $?"
daemon_expect_no_report
