# shellcheck shell=bash
#
# siege.sh - a daemon besieged: hostile peers on one side, honest builds on the other. Includes agentd.sh.
#
#   honest_begin SHIMS RATE [SHIM-ARG...]   shims with clients that ask for RATE signatures a second in all
#   honest_figures NAME       what they got since the last time (honest.c), into FIGURES
#   honest_end
#   hostile BEHAVIOUR COUNT [ID]            COUNT peers that do this (flood.c, hostile.py): returns when they have begun,
#                             and are stopped, so that they do not keep the next from beginning
#   hostile_go                all of them go on, until hostile_end
#   hostile_end               ends them all; HOSTILE_DONE tells how often each did it
#   descriptors PID           how many it has
#   await_descriptors PID N   until it has N, or fewer
#   resident_kb PID
#
#   HOSTILE_PREFIX            how they are run: nice
#   HOSTILE_FROM              the address of the hostile peers: not that of the honest ones

. "$(dirname "${BASH_SOURCE[0]}")/../support/agentd.sh"

_siege_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # for the tests
HOSTILE_PREFIX=${HOSTILE_PREFIX:-nice -n 19}
# shellcheck disable=SC2034 # for the tests
FIGURES='' HOSTILE_DONE=() HOSTILE_FROM=127.0.0.66
# What has not come after so long never will: many run at once, on few CPUs.
readonly SIEGE_DEADLINE_S=60

_hostile_pids=() _hostile_fds=() _hostile_names=() _honest_pid='' _honest_in='' _honest_out='' _honest_shims=()

honest_begin()
{
	local shims=$1 rate=$2 i line fd paths

	shift 2
	for ((i = 0; i < shims; i++)); do
		mkfifo "honest.$i.fifo"
		# shellcheck disable=SC2016 # it is the script's own
		shim_spawn "$@" -- sh -c 'echo "$SSH_AUTH_SOCK"; read -r end' <"honest.$i.fifo" \
			>"honest.$i.path" 2>"honest.$i.log" &
		_honest_shims+=("$!")
		exec {fd}>"honest.$i.fifo" # stays open as long as we live
	done
	for ((i = 0; i < shims; i++)); do
		await_line "honest.$i.path" agent.sock
	done
	mkfifo honest.in honest.out
	mapfile -t paths < <(cat honest.*.path)
	"$BUILD_DIR/tests/siege/siege_honest" "$rate" "${paths[@]}" <honest.in >honest.out 2>honest.log &
	_honest_pid=$!
	exec {_honest_in}>honest.in {_honest_out}<honest.out
	_honest_read
	[ "$line" = ready ] || fail "honest: $line"
}

# Sets line of the caller.
_honest_read()
{
	IFS= read -r -t "$SIEGE_DEADLINE_S" -u "$_honest_out" line ||
		fail "honest builds do not get on: $(cat honest.log)"
}

honest_figures()
{
	local line

	echo "$1" >&"$_honest_in"
	_honest_read
	# shellcheck disable=SC2034 # for the tests
	FIGURES=$line
}

honest_end()
{
	local status=0

	exec {_honest_in}>&-
	wait "$_honest_pid" || status=$?
	[ "$status" -eq 0 ] || fail "honest builds failed: $(cat honest.log)"
	kill "${_honest_shims[@]}"
	wait "${_honest_shims[@]}" || true
	_honest_shims=()
	rm honest.*
}

hostile()
{
	local name=$1 count=$2 id=${3-} in out fd line='' n=${#_hostile_pids[@]} command

	[ -e siege-askpass ] || {
		# shellcheck disable=SC2016 # it is the script's own
		printf '#!/bin/sh\necho "$SSH_SHIM_TOKEN"\n' >siege-askpass
		chmod 700 siege-askpass
	}
	export SIEGE_ASKPASS=$PWD/siege-askpass
	in=hostile.$n.in out=hostile.$n.out
	mkfifo "$in" "$out"
	case $name in
	logins | channels | requests | crowd | garbage-after)
		command=("$BUILD_DIR/tests/siege/siege_flood" "${name%-after}" "$HOSTILE_FROM" "$PORT" "$count" "$id")
		;;
	*) command=("$_siege_dir/hostile.py" "$name" "$HOSTILE_FROM" "$PORT" "$count" "$id") ;;
	esac
	# They are not what is measured: what they do costs the daemon time, not their own running. As sessions
	# of their own they may also be groups of their own, between which the scheduler divides the CPUs.
	# shellcheck disable=SC2016,SC2086 # the shell's own; words
	setsid sh -c '{ echo 19 >/proc/self/autogroup; } 2>/dev/null; exec "$@"' sh \
		$HOSTILE_PREFIX "${command[@]}" <"$in" >"$out" 2>"$out.log" &
	_hostile_pids+=("$!") _hostile_names+=("$name")
	exec {fd}>"$in"
	_hostile_fds+=("$fd")
	exec {fd}<"$out"
	_hostile_fds+=("$fd")
	IFS= read -r -t "$SIEGE_DEADLINE_S" -u "$fd" line || true
	[ "$line" = begun ] || fail "$name does not begin: $(tail -n 5 "$out.log")"
	kill -STOP -- "-$!"
}

hostile_go()
{
	local pid

	for pid in "${_hostile_pids[@]}"; do
		kill -CONT -- "-$pid"
	done
}

hostile_end()
{
	local i in out line

	HOSTILE_DONE=()
	# All first: each has inherited those of the ones before it.
	for i in "${!_hostile_pids[@]}"; do
		in=${_hostile_fds[2 * i]}
		exec {in}>&-
	done
	for i in "${!_hostile_pids[@]}"; do
		out=${_hostile_fds[2 * i + 1]}
		IFS= read -r -t "$SIEGE_DEADLINE_S" -u "$out" line || fail "${_hostile_names[i]} does not end"
		exec {out}<&-
		HOSTILE_DONE+=("${_hostile_names[i]}:$line")
		wait "${_hostile_pids[i]}" || fail "${_hostile_names[i]} failed: $(tail -n 5 "hostile.$i.out.log")"
	done
	rm -f hostile.*
	_hostile_pids=() _hostile_fds=() _hostile_names=()
}

descriptors()
{
	find "/proc/$1/fd" -mindepth 1 2>/dev/null | wc -l
}

await_descriptors()
{
	local deadline=$((SECONDS + SIEGE_DEADLINE_S))

	until [ "$(descriptors "$1")" -le "$2" ]; do
		[ "$SECONDS" -lt "$deadline" ] ||
			fail "$(descriptors "$1") descriptors in place of $2: $(ls -l "/proc/$1/fd")"
		sleep 0.1
	done
}

resident_kb()
{
	awk '/^VmRSS/ { print $2 }' "/proc/$1/status"
}
