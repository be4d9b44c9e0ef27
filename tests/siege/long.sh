# shellcheck shell=bash
#
# long.sh - the parts of scripts/siege, each for a subshell of its own. Includes siege.sh; RELEASE_DIR names what is measured.
#
#   long_peers, long_load, long_faults, long_soak, long_containers      see scripts/siege

. "$(dirname "${BASH_SOURCE[0]}")/siege.sh"

readonly LONG_SECONDS=${SIEGE_SECONDS:-5}
# As many as keep a daemon busy; more are only busier themselves.
readonly LONG_PEERS=(silent:200: kex-stall:100: kex-flood:16: slow:50: half:100: connections:8: garbage:16: lengths:16:
	logins:4: channels:2:a rekeys:32:a requests:4:a crowd:4:a garbage-after:2: nonsense:4:a windows:4:a giant:4:a
	frames:2:a frame-lengths:2:a upstream:4:stalled)

_long_begin()
{
	agentd_begin
	# shellcheck disable=SC2034 # for daemon.sh
	SFA_AGENTD=$RELEASE_DIR/agentd/ssh-forward-agentd
	key_make a.pem
	fake_agent 'ask stall'
}

# The release's.
shim_spawn()
{
	exec "$RELEASE_DIR/shim/ssh-shim" --connect "$CONNECT" "$@"
}

# _long_measure NAME: one row of the table. Quiet ones are kept in _quiet, to compare with.
_long_measure()
{
	local words

	honest_figures begin
	sleep "$2"
	honest_figures "$1"
	read -ra words <<<"$FIGURES"
	# name kept COUNT P50 P99 MAX new COUNT P50 P99 MAX
	_row=("${words[3]}" "${words[4]}" "${words[8]}" "${words[9]}")
}

long_peers()
{
	local siege peers name count id all=() quiet before

	renice -n -15 -p "$BASHPID" >/dev/null 2>&1 || printf 'siege: not at high priority\n' >&2
	_long_begin
	agentd --key a=./a.pem --agent stalled="$FAKE_AGENT"
	honest_begin 4 200 --id a
	before=$(descriptors "$DAEMON_PID")
	printf '| hostile peers | kept p50 | p99 | new p50 | p99 | p99 to quiet, kept | new | daemon kB | descriptors |\n'
	printf '|---|---|---|---|---|---|---|---|---|\n'
	for siege in "${LONG_PEERS[@]}" all; do
		_long_measure quiet "$LONG_SECONDS"
		quiet=("${_row[@]}")
		all=("$siege")
		[ "$siege" != all ] || all=("${LONG_PEERS[@]}")
		for peers in "${all[@]}"; do
			IFS=: read -r name count id <<<"$peers"
			hostile "$name" "$count" "$id"
		done
		[ ${#all[@]} -eq 1 ] || name=all count=''
		hostile_go
		_long_measure "$name" "$LONG_SECONDS"
		printf '| %s %s | %s (%s) | %s (%s) | %s (%s) | %s (%s) | %s | %s | %s | %s |\n' "$name" "$count" \
			"${_row[0]}" "${quiet[0]}" "${_row[1]}" "${quiet[1]}" "${_row[2]}" "${quiet[2]}" \
			"${_row[3]}" "${quiet[3]}" "$(_long_ratio "${_row[1]}" "${quiet[1]}")" \
			"$(_long_ratio "${_row[3]}" "${quiet[3]}")" "$(resident_kb "$DAEMON_PID")" \
			"$(descriptors "$DAEMON_PID")"
		hostile_end
		await_descriptors "$DAEMON_PID" "$before"
	done
	honest_end
	daemon_stop
}

_long_ratio()
{
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a / b }'
}

long_load()
{
	local i before pids=() pid failed=0 shims=${SIEGE_SHIMS:-500}

	_long_begin
	agentd --key a=./a.pem
	shim_spawn -- "$AGENT_CLIENT" >/dev/null & # with the first request, libuv opens a descriptor for good
	wait "$!"
	before=$(descriptors "$DAEMON_PID")
	for ((i = 0; i < shims; i++)); do
		shim_spawn --wait 60 -- "$AGENT_CLIENT" 4 >"load.$i" 2>"load.$i.err" &
		pids+=("$!")
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || failed=$((failed + 1))
	done
	printf '%d shims, 4 agent connections each, at once: %d failed; the daemon has %s kB at most; descriptors %s before' \
		"$shims" "$failed" "$(awk '/^VmHWM/ { print $2 }' "/proc/$DAEMON_PID/status")" "$before"
	await_descriptors "$DAEMON_PID" "$before"
	printf ', %s after\n' "$(descriptors "$DAEMON_PID")"
	[ "$failed" -eq 0 ] || fail "$(cat load.*.err | sort | uniq -c | sort -rn | head -n 5)"
	daemon_stop
}

# What the build's log has to say of its end, one of these: what was lost, and that it is the host's or the network's.
readonly _long_causes='^ssh-shim: ((nothing was signed|no keys are listed) \(id "[ab]"\): (the (keeper|agent) died, or |the keeper has died|the keeper does not answer|the socket of the agent is gone|nobody listens at the socket of the agent|the link to the daemon (was|is) lost)|.* \(as told by --connect .*: |id "[ab]" is offered but unavailable: |the link to .* was lost: )'

# One build that loses something on its way. Its status and how long it took go to builds.log.
_long_build_that_loses()
{
	local victim=$1 delay_ms=$2 number=$3 began status=0 pid

	began=$(date +%s%N)
	timeout 60 "$RELEASE_DIR/shim/ssh-shim" --connect "$CONNECT" --wait 2 --id "$4" -- \
		"$BUILD_DIR/bench/agent-load" --requests 200 --connections 2 >"build.$number" 2>&1 &
	pid=$!
	sleep "0.$(printf '%03d' "$delay_ms")"
	case $victim in
	front) kill -KILL "$DAEMON_PID" ;;
	keeper) pkill -KILL -P "$DAEMON_PID" ;;
	shim) pkill -KILL -P "$pid" ;; # timeout's child
	agent) kill -KILL "$REAL_AGENT_PID" ;;
	esac 2>/dev/null || true
	wait "$pid" || status=$?
	printf '%s %s %d\n' "$victim" "$status" $((($(date +%s%N) - began) / 1000000)) >>builds.log
	# A shim that is killed says nothing, and ssh would say the same whatever the cause.
	[ "$status" -eq 0 ] || [ "$victim" = shim ] || grep -qE "$_long_causes" "build.$number" ||
		printf 'unsaid %s\n' "$number" >>builds.log
	[ "$status" -ne 124 ] || fail "a build whose $victim was killed did not end: $(cat "build.$number")"
}

long_faults()
{
	local victims=(front keeper shim agent) i victim builds=${SIEGE_BUILDS:-200}

	RANDOM=${SIEGE_SEED:-1}
	_long_begin
	: >builds.log
	for ((i = 0; i < builds; i++)); do
		victim=${victims[RANDOM % 4]}
		real_agent a.pem
		agentd --key a=./a.pem --agent b="$REAL_AGENT"
		if [ "$victim" = agent ]; then
			_long_build_that_loses "$victim" $((RANDOM % 150)) "$i" b
		else
			_long_build_that_loses "$victim" $((RANDOM % 150)) "$i" a
		fi
		daemon_kill
		kill -KILL "$REAL_AGENT_PID" 2>/dev/null || true
		rm -f real.sock
		wait "$REAL_AGENT_PID" 2>/dev/null || true
	done
	awk '/^unsaid/ { unsaid++; next }
		{ n[$1 " " ($2 == 0 ? "succeeded" : "failed")]++; if ($3 > max) max = $3 }
		END { for (k in n) print k, n[k]; print "longest", max, "ms;", unsaid + 0, "failed without its cause" }' builds.log
	! grep '^unsaid' builds.log || fail 'builds failed, and their logs do not say why'
	printf 'what the failed ones said:\n'
	cat build.[0-9]* | grep -v '^op=' | sed -E 's/[0-9]{4,}/N/g; s|/[^ :]*|PATH|g' | sort | uniq -c | sort -rn
}

long_soak()
{
	local i sizes=()

	_long_begin
	agentd --key a=./a.pem
	for i in 1 2 3 4 5; do
		shim_spawn --id a -- "$BUILD_DIR/bench/agent-load" --requests 20000 --connections 8 --reconnect >>soak.log &
		wait "$!"
		for _ in {1..100}; do
			shim_spawn --id a -- "$AGENT_CLIENT" 4 >/dev/null &
			wait "$!"
		done
		sizes+=("$(resident_kb "$DAEMON_PID") kB $(descriptors "$DAEMON_PID")")
		printf 'after %d signatures, each on a new connection, and %d shims: %s descriptors\n' \
			$((i * 20000)) $((i * 100)) "${sizes[-1]}"
	done
	daemon_stop
}

# The tests of this name, with more of everything.
long_containers()
{
	local output

	output=$(LOAD_CONTAINERS=${SIEGE_CONTAINERS:-20} LOAD_CLONES=10 LOAD_IMAGE=sfa-e2e LOAD_DEPENDENCIES=50 \
		LOAD_AGENTD=$RELEASE_DIR/agentd/ssh-forward-agentd env --default-signal ctest --test-dir "$BUILD_DIR" --verbose \
		-R '^e2e\.(twenty_shims_at_once_all_clone|npm_installs_ten_private_repositories_with_ten_keys)$') || {
		printf '%s\n' "$output"
		return 1
	}
	sed -n 's/^[0-9]*: load: //p' <<<"$output"
}
