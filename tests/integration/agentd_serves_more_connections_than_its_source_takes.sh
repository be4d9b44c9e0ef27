#!/usr/bin/env bash
#
# Ten shims with twenty connections each, which all sign without a pause, before a source that takes
# four connections: whoever finds none free waits for his turn, and none fails; other sources are not held up.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
key_make b.pem
agentd --key a=./a.pem --key b=./b.pem --limit upstream-per-id=4
pids=()
for i in $(seq 10); do
	shim_spawn --id a -- "$BUILD_DIR/bench/agent-load" --connections 20 --requests 200 --data-len 500 \
		>"load.$i.log" 2>"error.$i.log" &
	pids+=($!)
done
await_line "$DAEMON_LOG" ' signed id=a '
expect_served b
for pid in "${pids[@]}"; do
	wait "$pid" || fail "a shim failed: $(cat error.*.log)"
done
await_lines 2000 "$DAEMON_LOG" ' signed id=a '
daemon_stop
