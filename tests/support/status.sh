# shellcheck shell=bash
#
# status.sh - what the daemon says of itself. Source agentd.sh first.
#
#   status_is EXPRESSION...    waits until all of them are so, in one answer (status.py); it is in status.json
#   status_has EXPRESSION...   looks at that answer once more
#   status_is_documented       every member of it is in the man page

_status_support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

status_is()
{
	local deadline=$((SECONDS + DEADLINE_S))

	until XDG_RUNTIME_DIR=$DAEMON_RUNTIME_DIR "$SFA_AGENTD" status --json >status.json &&
		"$_status_support/status.py" status.json "$@" 2>wrong.log; do
		[ "$SECONDS" -lt "$deadline" ] || fail "$(cat wrong.log)"
	done
}

status_has()
{
	"$_status_support/status.py" status.json "$@" || fail 'the status is wrong'
}

status_is_documented()
{
	"$_status_support/status.py" status.json documented \
		"$_status_support/../../docs/man/ssh-forward-agentd.8.scd" || fail 'the man page lacks members'
}
