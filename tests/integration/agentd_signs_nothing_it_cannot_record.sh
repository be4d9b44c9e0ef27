#!/usr/bin/env bash
#
# --audit required: while the log cannot grow nothing is signed, not even what the agent signed already;
# lists go on, and signatures do by themselves once the log can grow. No line is ever cut.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
need_program prlimit
agentd_begin

audit_lines()
{
	"$JSON_LINES" audit audit.log "$@"
}

# The log may grow by so many bytes.
limit_growth()
{
	prlimit --pid "$DAEMON_PID" --fsize="$(($(stat -c %s audit.log) + $1)):unlimited"
}

expect_signature()
{
	[ "$(ssh_peer sign a 200)" = "1 $1" ] || fail "a sign request is not answered with $1"
}

key_make a.pem
agentd --key a=./a.pem --audit-log audit.log --audit required
expect_signature 14
signed=$(audit_lines verdict=signed | wc -l)
[ "$signed" -eq 1 ] || fail "the signature left, but its line is not there: $(cat audit.log)"

# The link's own lines are the first to find no room.
limit_growth 10
expect_signature 5
daemon_await_log 'the audit log audit.log cannot be written: File too large; nothing is signed'
# While it is tried again, a signature may still be made, and does not leave.
deadline=$((SECONDS + DEADLINE_S))
until grep -E 'refused kind=sign id=a .*: the audit log cannot be written' "$DAEMON_LOG" >/dev/null; do
	[ "$SECONDS" -lt "$deadline" ] || fail 'nothing is refused before it is signed'
	expect_signature 5
done
[ "$(ssh_peer ask a)" = '1 12' ] || fail 'lists are refused'
[ "$(audit_lines verdict=signed | wc -l)" -eq "$signed" ] || fail 'a line about what never left'

prlimit --pid "$DAEMON_PID" --fsize=unlimited
daemon_await_log 'the audit log audit.log is written again'
expect_signature 14
[ "$(audit_lines verdict=signed | wc -l)" -ge $((signed + 1)) ] || fail 'no line about a signature'
audit_lines event=gap 'reason=File too large' | grep . >/dev/null || fail 'the gap is not said'
daemon_stop
