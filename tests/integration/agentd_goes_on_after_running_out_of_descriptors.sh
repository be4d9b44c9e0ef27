#!/usr/bin/env bash
#
# Out of descriptors: it pauses accepting and says so, drops nobody who is connected, and goes on
# when there are descriptors again.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

# The daemon alone has few.
engine_spawn()
{
	exec prlimit --nofile=64 -- "$@"
}

key_make a.pem
agentd --key a=./a.pem

hold first a 2
hold_ask first
await_line first.log '^2 12$'

strangers=()
for _ in $(seq 40); do
	exec {stranger}<>"/dev/tcp/127.0.0.1/$PORT"
	strangers+=("$stranger")
	! grep -q 'not accepting on' "$DAEMON_LOG" || break
done
daemon_await_log 'not accepting on .* for now: [Tt]oo many open files'
hold_ask first
await_lines 2 first.log '^2 12$'

# Before they leave: of who is gone before it is accepted, no link can be made, for that reason alone.
expect_no_line "$DAEMON_LOG" 'could not be set up'
for stranger in "${strangers[@]}"; do
	exec {stranger}>&-
done
expect_served
hold_ask first
await_lines 3 first.log '^2 12$'
daemon_stop
