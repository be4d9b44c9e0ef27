#!/usr/bin/env bash
#
# links: who comes when that many are open waits, and is served as soon as one of them has gone; those that
# are open go on.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem --limit links=2

hold first a 1
hold second a 1
ssh_peer ask a >out.log &
waiter=$!
daemon_await_log 'not accepting on 127.0.0.1:[0-9]* for now: as many links are open as are allowed'
[ ! -s out.log ] || fail "it does not wait: $(cat out.log)"
[ "$(raw_agent "$(id_socket a)" sign 200)" = 14 ] || fail 'the Unix socket waits, too'
hold_ask first
await_line first.log '^1 12$'
kill "$HOLD_PID"
wait "$waiter"
expect_output '1 12'
expect_served
daemon_stop
