#!/usr/bin/env bash
#
# After the command, after a signal and after a command that is not there: no directory is left.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

real

ours()
{
	find /dev/shm /run /tmp "${TMPDIR:-/tmp}" -maxdepth 1 -name 'ssh-shim.*' -newer start -print 2>/dev/null
}

touch start
shim_status -- true
expect_status 0
shim_status -- sh -c 'kill -TERM $$'
expect_status 143
shim_status -- no-such-command
expect_status 127
# shellcheck disable=SC2016
shim_status -- sh -c 'kill -TERM $PPID; sleep 20'
expect_status 143
left=$(ours)
[ -z "$left" ] || fail "left behind: $left"
daemon_stop
