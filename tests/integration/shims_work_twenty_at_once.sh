#!/usr/bin/env bash
#
# Twenty shims at once on one daemon, none failing.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

real

pids=()
for i in $(seq 20); do
	shim_spawn -- "$AGENT_CLIENT" 5 >"out.$i.log" 2>"error.$i.log" &
	pids+=($!)
done
for pid in "${pids[@]}"; do
	wait "$pid" || fail 'a shim failed'
done
[ "$(cat out.*.log | grep -c '^5 12$')" -eq 20 ] || fail 'not all were answered'
daemon_stop
