#!/usr/bin/env bash
#
# As PID 1 of a container, the shim passes signals on: a command that handles one decides itself; of
# one that does not, the status is 128 and the signal's number.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

# shellcheck disable=SC2016
readonly handles='trap "exit 42" $0; echo ready; sleep infinity & wait'
readonly ignores='echo ready; exec sleep infinity'

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0"

for signal in TERM INT HUP QUIT USR1 USR2; do
	for script in "$handles" "$ignores"; do
		container_start --env SSH_SHIM_TOKEN sfa-e2e-sanitized ssh-shim -- sh -c "$script" "$signal"
	done
done
for id in "${CONTAINERS[@]}"; do
	container_await_log "$id" ^ready
done

i=0
for signal in TERM INT HUP QUIT USR1 USR2; do
	for expected in 42 $((128 + $(kill -l "$signal"))); do
		engine_docker kill --signal "$signal" "${CONTAINERS[i]}" >/dev/null
		expect_equal "$(engine_docker wait "${CONTAINERS[i]}")" "$expected" "status after $signal"
		i=$((i + 1))
	done
done
daemon_stop
