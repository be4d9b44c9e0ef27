# shellcheck shell=bash
#
# director.sh - bench-director as a coprocess. Source tests/support/engine.sh before this file.
#
# BENCH_BUILD says where the programs are; `die MESSAGE` is the caller's.
#
#   director_start                     start it on the engine's bridge; sets DIRECTOR_ADDRESS
#   director_await NAME                until agent-load --name NAME has connected
#   director_play NAME PIDS OPTIONS    one measurement; sets DIRECTOR_ANSWER
#   director_idle MS PIDS              the same of doing nothing
#   director_stop

# shellcheck disable=SC2034 # for contenders.sh
DIRECTOR_ADDRESS=''
DIRECTOR_PROCESS='' # DIRECTOR_PID vanishes when the coprocess ends

director_start()
{
	coproc DIRECTOR { engine_spawn "$BENCH_BUILD/bench/bench-director" "$ENGINE_GATEWAY:0"; }
	DIRECTOR_PROCESS=$DIRECTOR_PID
	_director_read listening
	DIRECTOR_ADDRESS=${DIRECTOR_ANSWER#* }
}

director_await()
{
	_director_say ready "await $1"
}

director_play()
{
	_director_say played "play $1 $2 -- $3"
	DIRECTOR_ANSWER=${DIRECTOR_ANSWER#played * }
}

director_idle()
{
	_director_say idle "idle $1 $2"
}

director_stop()
{
	[ -n "$DIRECTOR_PROCESS" ] || return 0
	kill "$DIRECTOR_PROCESS" 2>/dev/null || true
	wait "$DIRECTOR_PROCESS" 2>/dev/null || true
	DIRECTOR_PROCESS=''
}

_director_say()
{
	printf '%s\n' "$2" >&"${DIRECTOR[1]}" && _director_read "$1"
}

_director_read()
{
	if ! read -r DIRECTOR_ANSWER <&"${DIRECTOR[0]}" || [[ $DIRECTOR_ANSWER != "$1"* ]]; then
		contenders_show_logs
		die "the director gave up: '${DIRECTOR_ANSWER:-}' in place of '$1'"
	fi
}
