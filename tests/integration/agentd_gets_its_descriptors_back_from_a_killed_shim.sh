#!/usr/bin/env bash
#
# A shim killed with connections open: every descriptor that it cost the daemon is given back.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

descriptors()
{
	find "/proc/$DAEMON_PID/fd" -type l | wc -l
}

fake_agent 'ask list again'
agentd --agent default="$FAKE_AGENT"
raw_agent "$(id_socket default)" type 11 >first.log # libuv keeps one from the first connection on
before=$(descriptors)

shim_spawn -- "$RAW_AGENT" - hold 20 >out.log 2>error.log &
shim_pid=$!
await_line out.log '^held$'
deadline=$((SECONDS + DEADLINE_S))
until [ "$(descriptors)" -gt $((before + 20)) ]; do # the shim has taken them; the daemon may be later
	[ "$SECONDS" -lt "$deadline" ] || fail "only $(descriptors) descriptors in use"
	sleep 0.05
done
kill -KILL "$shim_pid"

deadline=$((SECONDS + DEADLINE_S))
until [ "$(descriptors)" -le "$before" ]; do
	[ "$SECONDS" -lt "$deadline" ] || fail "still $(descriptors) descriptors, not $before"
	sleep 0.05
done
daemon_stop
