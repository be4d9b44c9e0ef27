#!/usr/bin/env bash
#
# A peer that asks on and on for long lists and reads no reply costs nobody else anything, and not
# much memory.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

resident_kb()
{
	awk '/^VmRSS/ { print $2 }' "/proc/$DAEMON_PID/status"
}

key_make a.pem
fake_agent 'ask body=262144 again'
agentd --key a=./a.pem --agent long="$FAKE_AGENT"
[ "$(ssh_peer ask long)" = '1 12' ] || fail 'the long list does not come'
before=$(resident_kb)

mkfifo lines
exec {lines}<>lines
for i in 1 2 3; do
	ssh_peer flood long >"flood.$i.log" <lines {lines}<&- &
done
for i in 1 2 3; do
	await_line "flood.$i.log" '^flooded$'
done
shim --id a -- "$BUILD_DIR/bench/agent-load" --connections 10 --requests 500 >load.log
after=$(resident_kb)
# 3 links with 200 lists of 256 KiB would be 150 MiB.
[ $((after - before)) -lt 60000 ] || fail "from $before to $after kB"
daemon_stop
