#!/usr/bin/env bash
#
# What could stall the daemon, or be changed by others, is no place for an audit log: it does not start.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin
key_make a.pem

# refused FILE REGEX
refused()
{
	local status=0

	"$SFA_AGENTD" --key a=./a.pem --listen 127.0.0.1:0 --audit-log "$1" >/dev/null 2>error.log ||
		status=$?
	[ "$status" -eq 1 ] || fail "status $status: $(cat error.log)"
	expect_line error.log "--audit-log $1 cannot be written to: .*$2"
}

mkfifo fifo
refused fifo 'no regular file'
refused /dev/full 'no regular file'
ln -s nowhere link
refused link 'symbolic link'
[ ! -e nowhere ] || fail 'a file was made behind the link'
touch open
chmod 666 open
refused open 'others may write'
refused missing/audit.log 'No such file'
