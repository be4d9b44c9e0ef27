# shellcheck shell=bash
#
# links.sh - what links cost the daemon that nobody uses at the moment; see contenders.sh and ours.sh, which are to be
# sourced first.
#
#   links_start           daemons with 1, 10, 100 and 1,000 links, each of a real ssh-shim, and with each an agent
#                         connection for a while; writes a line for each to $results. Two probes are then
#                         contenders of the group `links`: beside 1 idle link, and beside 1,000
#
# All have one link more, which was there first: what that took, the others share.
#
# Memory is the daemon's own, of both its processes: anonymous pages that it holds. What the kernel holds for its sockets
# is not in it, and is the same for every server.
#
# shellcheck disable=SC2154 # daemon_*, bench_keys: ours.sh, contenders.sh; results: bench/run

readonly LINKS_AT_ONCE=25 # being made; more would wait for each other longer than a login may take

links_start()
{
	local links

	for links in ${1:-1 10 100 1000}; do
		_links_with "$links"
	done
}

_links_with()
{
	local links=$1 before idle connected number

	daemon_for "links-$links" --key "keys=$bench_keys" --limit upstream-per-id=4000 --limit links-per-address=4096
	_link_start "$links-0"
	director_await "idle-$links-0"
	before=$(_memory_kib "$daemon_pid")
	for ((number = 1; number <= links; number++)); do
		_link_start "$links-$number"
		((number % LINKS_AT_ONCE != 0)) || _links_await "$links" "$number"
	done
	_links_await "$links" "$links"
	idle=$(_memory_kib "$daemon_pid")
	_links_ask "$links" --keep
	connected=$(_memory_kib "$daemon_pid")
	_links_ask "$links"
	printf 'memory links=%s before_kib=%s idle_kib=%s connected_kib=%s\n' \
		"$links" "$before" "$idle" "$connected" >>"$results"
	case $links in
	1 | 1000)
		contender_container "links-$links" --env SSH_SHIM_TOKEN -- \
			/ssh-shim --id keys --connect "$daemon_address" -- \
			/agent-load --count-container --director "$DIRECTOR_ADDRESS" --name "links-$links"
		# shellcheck disable=SC2046
		contender_add "links-$links" links $(with_children "$daemon_pid")
		;;
	esac
}

_link_start()
{
	engine_spawn "$BENCH_BUILD/shim/ssh-shim" --id keys --connect "$daemon_address" --quiet -- \
		"$BENCH_BUILD/bench/agent-load" --director "$DIRECTOR_ADDRESS" --name "idle-$1" \
		>>"$BENCH_DIR/logs/idle" 2>&1 </dev/null &
	contender_jobs+=("$!")
}

# _links_await LINKS UP-TO
_links_await()
{
	local number=$((($2 - 1) / LINKS_AT_ONCE * LINKS_AT_ONCE + 1))

	for (( ; number <= $2; number++)); do
		director_await "idle-$1-$number"
	done
}

# Each has one agent connection, which it keeps where it is told to, and makes one request.
_links_ask()
{
	local number

	for ((number = 1; number <= $1; number++)); do
		director_play "idle-$1-$number" '' "--op list --identities 3 --requests 1 ${2:-}"
	done
}

_memory_kib()
{
	local pid total=0

	for pid in $(with_children "$1"); do
		total=$((total + $(awk '$1 == "RssAnon:" {print $2}' "/proc/$pid/status")))
	done
	printf '%s\n' "$total"
}
