#!/usr/bin/env bash
#
# Hostile peers of every kind at once (tests/siege): every honest request is answered, memory stays bounded,
# no sanitizer complains, and when they have gone, every descriptor is given back.
set -euo pipefail
. "$(dirname "$0")/../siege/siege.sh"
agentd_begin

readonly SECONDS_BESIEGED=2
# Fewer than the long form has (scripts/siege): they need the CPU as well.
readonly PEERS=(nonsense:1:a rekeys:1:a windows:1:a giant:1:a frames:1:a frame-lengths:1:a upstream:1:stalled
	logins:1: channels:1:a requests:1:a crowd:1:a garbage-after:1: silent:50: kex-stall:30: kex-flood:2: slow:20:
	half:10: connections:1: garbage:4: lengths:4:)

key_make a.pem
fake_agent 'ask stall'
# AddressSanitizer keeps what is freed, which is not the daemon's doing.
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:quarantine_size_mb=8
agentd --key a=./a.pem --agent stalled="$FAKE_AGENT" --limit login-seconds=2
honest_begin 2 20 --id a
before=$(descriptors "$DAEMON_PID")
before_kb=$(resident_kb "$DAEMON_PID")

for peers in "${PEERS[@]}"; do
	IFS=: read -r name count id <<<"$peers"
	hostile "$name" "$count" "$id"
done
hostile_go
honest_figures begun
sleep "$SECONDS_BESIEGED"
honest_figures besieged
# Requests come all the time, if slowly where the machine is.
[[ $FIGURES =~ kept\ [1-9].*new\ [1-9] ]] || fail "no honest request was answered: $FIGURES"
grown_kb=$(($(resident_kb "$DAEMON_PID") - before_kb))
hostile_end
for done in "${HOSTILE_DONE[@]}"; do
	[ "${done#*:}" -gt 0 ] || fail "this did nothing: $done"
done
printf '%s; the daemon grew by %d kB; hostile: %s\n' "$FIGURES" "$grown_kb" "${HOSTILE_DONE[*]}"
[ "$grown_kb" -lt 200000 ] || fail "it grew by $grown_kb kB"
await_descriptors "$DAEMON_PID" "$before"
honest_end
daemon_stop
