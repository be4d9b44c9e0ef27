#!/usr/bin/env bash
#
# SIGTERM with requests in flight, on a Unix socket and in a channel: no new connections, both are
# answered, then it ends with 0.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

fake_agent 'ask list ask signal list'
agentd --agent f="$FAKE_AGENT"
raw_agent "$(id_socket f)" sign 200 >unix.log &
unix=$!
ssh_peer sign f 200 >channel.log &
channel=$!
await_lines 4 agent.log '^asked$'
kill -TERM "$DAEMON_PID"
daemon_await_log 'ending; waiting for 2 requests in flight'
! ssh_peer ask f >peer.log 2>&1 || fail 'it still accepts'
[[ ! -s unix.log && ! -s channel.log ]] || fail 'who waits is not left to wait'

kill -USR1 "$FAKE_AGENT_PID"
wait -n "$unix" "$channel" # one signal lets one of them go on
kill -USR1 "$FAKE_AGENT_PID"
wait "$unix" "$channel"
expect_output 12 unix.log
expect_output '1 12' channel.log
wait "$DAEMON_PID" || fail "it ended with $?"
daemon_expect_no_report
