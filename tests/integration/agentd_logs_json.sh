#!/usr/bin/env bash
#
# With --log-format json every line is a JSON object: of the front, of keepers forked and spawned, of
# refusals, of reloads that fail, and of a wrong command line; what a container sends stays inside a string.
set -euo pipefail
. "$(dirname "$0")/../support/reload.sh"
reload_begin

log_lines()
{
	"$JSON_LINES" log "$DAEMON_LOG" "$@"
}

# await_lines_of N NAME=VALUE...
await_lines_of()
{
	local count=$1 deadline=$((SECONDS + DEADLINE_S))

	shift
	until [ "$(log_lines "$@" | wc -l)" -eq "$count" ]; do
		[ "$SECONDS" -lt "$deadline" ] || fail "not $count lines of $*: $(cat "$DAEMON_LOG")"
		sleep 0.02
	done
}

key_make a.pem
key_make b.pem
conf '[id a]' 'key = a.pem, ./a.pem'
daemon_start "$PWD" --listen 127.0.0.1:0 --config conf --log-format json --log-level info
PORT=$(sed -n 's/^.*"message":"listening on 127\.0\.0\.1:\([0-9]*\)".*$/\1/p' "$DAEMON_LOG")
[ -n "$PORT" ] || fail "no port in the log: $(cat "$DAEMON_LOG")"
duplicate='ignoring key ./a.pem: its id has the same key already'
await_lines_of 1 level=warn "message=$duplicate"
await_lines_of 1 level=info 'message=offering from key files' id=a

# A build signs, and asks for what it may not have.
hold_begin login a 1
await_lines_of 1 level=info 'message=link opened' token=run
hold_begin escape $'a\e]0;root\a"\n{}' 1
await_lines_of 1 level=warn kind=open 'id=a\x1b]0;root\x07\x22\x0a{}' token=run
[ "$(raw_agent "$(id_socket a)" sign 200)" = 14 ] || fail 'the id does not sign'
await_lines_of 1 message=signed id=a host=unverified token=-
log_lines message=signed >signed
grep -qE '"ms":[0-9]+(\.[0-9]+)?\}$' signed || fail "no number of milliseconds: $(cat signed)"

# Its keeper is a new program.
conf '[daemon]' 'log-format = text' '[id b]' 'key = a.pem, ./a.pem, b.pem'
kill -HUP "$DAEMON_PID"
await_lines_of 1 'message=reload: offered' id=b
await_lines_of 2 level=warn "message=$duplicate"
conf '[id b]' 'kee = b.pem'
kill -HUP "$DAEMON_PID"
await_lines_of 1 level=error 'message=SIGHUP: nothing is reloaded; the configuration stays as it was'
daemon_stop
log_lines >all
expect_no_line "$DAEMON_LOG" '^[^{]'
[ "$(wc -l <all)" -eq "$(wc -l <"$DAEMON_LOG")" ] || fail 'a line is not whole'

# The command line is not even read to its end.
for arguments in '--bogus' '--key' '-x' '--fork=yes' '--log-level loud' 'word'; do
	# shellcheck disable=SC2086 # words
	"$SFA_AGENTD" --log-format json $arguments 2>wrong && fail "$arguments is taken"
	[ -s wrong ] || fail "nothing is said of $arguments"
	"$JSON_LINES" log wrong level=error >wrong.lines
	[ "$(wc -l <wrong.lines)" -eq 1 ] || fail "of $arguments: $(cat wrong)"
done
