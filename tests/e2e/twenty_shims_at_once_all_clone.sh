#!/usr/bin/env bash
#
# Twenty shims at the same time, each in a container of its own: every one clones. Afterwards the daemon has the
# descriptors that it had, and hardly more memory. In scripts/siege each clones ten times at once
# (LOAD_CLONES), with what is released (LOAD_AGENTD, LOAD_IMAGE).
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin
readonly CONTAINERS_MAX=${LOAD_CONTAINERS:-20} CLONES=${LOAD_CLONES:-1} GROWTH_MAX_KB=8192 RESIDENT_MAX_KB=65536
# shellcheck disable=SC2034 # for daemon.sh
SFA_AGENTD=${LOAD_AGENTD:-$SFA_BUILD_DIR/tests/support/agentd_plain} # sanitizers keep what is freed

memory_kb()
{
	sed -n "s/^$1:[^0-9]*\\([0-9]*\\) kB/\\1/p" "/proc/$DAEMON_PID/status"
}

descriptors()
{
	find "/proc/$DAEMON_PID/fd" -mindepth 1 | wc -l
}

# crowd N: so many containers, which wait until the last of them is there, without keeping the machine busy
crowd()
{
	local id status gate n=$1

	CONTAINERS=()
	mkdir -p gate
	exec {gate}>gate/lock
	flock "$gate"
	# shellcheck disable=SC2016
	for _ in $(seq "$n"); do
		container_start --env SSH_SHIM_TOKEN --volume "$TEST_DIR/gate:/gate" "${LOAD_IMAGE:-sfa-e2e-sanitized}" sh -c '
			flock --shared /gate/lock true
			exec ssh-shim --wait 30 -- sh -c '\''
				for i in $(seq "$1"); do git clone -q "$0" "/tmp/$i" & pids="$pids $!"; done
				for pid in $pids; do wait "$pid" || exit 1; done'\'' "$0" "$1"' "$REPO" "$CLONES"
	done
	exec {gate}>&-
	for id in "${CONTAINERS[@]}"; do
		status=$(engine_docker wait "$id")
		[ "$status" = 0 ] || fail "one ended with $status: $(engine_docker logs "$id" 2>&1)"
	done
	engine_docker rm --force --volumes "${CONTAINERS[@]}" >/dev/null
	CONTAINERS=()
}

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0"
crowd 1 # libuv keeps some of what its first work takes
before_kb=$(memory_kb VmRSS) before=$(descriptors)
crowd "$CONTAINERS_MAX"
until [ "$(grep -c 'link closed' "$DAEMON_LOG")" -eq $((CONTAINERS_MAX + 1)) ]; do
	sleep 0.05
done
after_kb=$(memory_kb VmRSS)
printf 'load: %d containers with %d clones each at once; the daemon: %d kB before, %d kB after, %d kB at most; descriptors %d, %d\n' \
	"$CONTAINERS_MAX" "$CLONES" "$before_kb" "$after_kb" "$(memory_kb VmHWM)" "$before" "$(descriptors)"
expect_equal "$(descriptors)" "$before" descriptors
[ "$after_kb" -le $((before_kb + GROWTH_MAX_KB)) ] || fail 'the daemon grew'
[ "$(memory_kb VmHWM)" -le "$RESIDENT_MAX_KB" ] || fail 'the daemon had too much memory'
expect_equal "$(grep -c '^ssh-forward-agentd: signed ' "$DAEMON_LOG")" $(((CONTAINERS_MAX + 1) * CLONES)) signatures
daemon_stop
