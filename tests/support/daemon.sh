# shellcheck shell=bash
#
# daemon.sh - ssh-forward-agentd, as a developer starts it: in the foreground of a terminal.
#
# Source engine.sh and verdict.sh first. SFA_AGENTD names the program.
#
#   daemon_start DIR ARG...     start it and wait until it listens; what it tells the shell to export
#                               is exported; sets the variables below. DIR is the caller's, empty
#   daemon_stop                 SIGTERM; fails unless it ends with 0, and no sanitizer complained
#   daemon_kill                 for cleaning up: no questions asked
#   token_mint ARG...           ask it for another token
#   token_revoke NAME           end what tokens of that name are good for; what it says
#   daemon_await_log REGEX      wait until its log has this line
#
#   DAEMON_PID, DAEMON_LOG, DAEMON_RUNTIME_DIR (its XDG_RUNTIME_DIR)

readonly DAEMON_DEADLINE_S=20

DAEMON_PID='' DAEMON_LOG='' DAEMON_RUNTIME_DIR='' DAEMON_STDOUT=''

daemon_start()
{
	local dir=$1

	shift
	DAEMON_LOG=$dir/log
	DAEMON_RUNTIME_DIR=$dir/run
	mkdir -m 700 "$DAEMON_RUNTIME_DIR"
	mkfifo "$dir/stdout"
	exec {DAEMON_STDOUT}<>"$dir/stdout" # both ways: the daemon's end must not block ours
	XDG_CONFIG_HOME=$dir/config XDG_RUNTIME_DIR=$DAEMON_RUNTIME_DIR engine_spawn "$SFA_AGENTD" "$@" \
		</dev/null >"$dir/stdout" 2>"$DAEMON_LOG" {DAEMON_STDOUT}>&- &
	DAEMON_PID=$!
	_daemon_read_exports || fail "the daemon did not start: $(cat "$DAEMON_LOG")"
}

daemon_stop()
{
	local status=0 pid=$DAEMON_PID

	DAEMON_PID=''
	exec {DAEMON_STDOUT}<&-
	kill -TERM "$pid" || fail "the daemon was gone before its time: $(cat "$DAEMON_LOG")"
	wait "$pid" || status=$?
	[ "$status" -eq 0 ] || fail "the daemon ended with $status: $(tail -n 40 "$DAEMON_LOG")"
	daemon_expect_no_report
}

daemon_expect_no_report()
{
	! grep -E 'Sanitizer|runtime error:' "$DAEMON_LOG" >&2 || fail 'a sanitizer complained'
}

daemon_kill()
{
	[ -z "$DAEMON_PID" ] || kill -KILL "$DAEMON_PID" 2>/dev/null || true
	DAEMON_PID=''
}

token_mint()
{
	XDG_RUNTIME_DIR=$DAEMON_RUNTIME_DIR "$SFA_AGENTD" token "$@" | grep -o 'sfa1_[^;"'"' ]*"
}

token_revoke()
{
	XDG_RUNTIME_DIR=$DAEMON_RUNTIME_DIR "$SFA_AGENTD" revoke "$@" 2>&1
}

daemon_await_log()
{
	local deadline=$((SECONDS + DAEMON_DEADLINE_S))

	until grep -qE -- "$1" "$DAEMON_LOG"; do
		[ "$SECONDS" -lt "$deadline" ] || fail "not in the daemon's log: $1: $(cat "$DAEMON_LOG")"
		sleep 0.02
	done
}

# Its start output says that it listens; the line with its process number is the last export.
_daemon_read_exports()
{
	local line part='' deadline=$((SECONDS + DAEMON_DEADLINE_S))

	while [ "$SECONDS" -lt "$deadline" ]; do
		if ! IFS= read -r -t 0.2 -u "$DAEMON_STDOUT" line; then
			part+=$line # what a read had when its time ran out is read for good
			[ -d "/proc/$DAEMON_PID" ] || return 1
			continue
		fi
		line=$part$line part=''
		[[ $line != 'export '* ]] || eval "$line"
		[[ $line != 'export SSH_FORWARD_AGENTD_PID='* ]] || return 0
	done
	return 1
}
