# shellcheck shell=bash
#
# reload.sh - a daemon whose configuration changes while it serves. Includes agentd.sh.
#
#   reload_begin          first call of every test
#   conf LINE...          the configuration from now on, in the file conf
#   reload                SIGHUP, and wait until it says that it has reloaded
#   reload_refused REGEX  SIGHUP, and wait until it says that nothing changed; REGEX: why, in its log
#   key_counter NAME ID   a connection to the id's private socket, open until the test ends
#   keys_seen NAME        how many keys a list has now that is asked for through it
#   key_signs NAME        the type of the reply to a login with the first of them
#   counter_end NAME      close it
#   keepers               how many keepers the daemon has

. "$(dirname "${BASH_SOURCE[0]}")/agentd.sh"

declare -A _reload_in _reload_out

reload_begin()
{
	agentd_begin
	umask 077
}

conf()
{
	printf '%s\n' "$@" >conf
}

_reload_and_await()
{
	local seen deadline=$((SECONDS + DEADLINE_S))

	seen=$(grep -cE "$1" "$DAEMON_LOG" || true)
	kill -HUP "$DAEMON_PID"
	until [ "$(grep -cE "$1" "$DAEMON_LOG" || true)" -gt "$seen" ]; do
		[ "$SECONDS" -lt "$deadline" ] || fail "not again in the log: $1: $(cat "$DAEMON_LOG")"
		sleep 0.02
	done
}

reload()
{
	_reload_and_await ': reloaded '
}

reload_refused()
{
	_reload_and_await 'the configuration stays as it was$'
	grep -qE -- "$1" "$DAEMON_LOG" || fail "not in the log: $1: $(cat "$DAEMON_LOG")"
}

key_counter()
{
	local in out

	mkfifo "$1.in" "$1.out"
	raw_agent "$(id_socket "$2")" count <"$1.in" >"$1.out" &
	exec {in}>"$1.in" {out}<"$1.out"
	_reload_in[$1]=$in _reload_out[$1]=$out
}

# NAME LINE: what is said to that line
_reload_ask()
{
	local answer

	printf '%s\n' "$2" >&"${_reload_in[$1]}"
	IFS= read -r -t "$DEADLINE_S" -u "${_reload_out[$1]}" answer || fail "$1 says nothing"
	printf '%s\n' "$answer"
}

keys_seen()
{
	_reload_ask "$1" ''
}

key_signs()
{
	_reload_ask "$1" sign
}

keepers()
{
	pgrep -c -P "$DAEMON_PID" sfa-keeper || true
}

counter_end()
{
	local in=${_reload_in[$1]}

	exec {in}>&-
}
