#!/usr/bin/env bash
#
# A file system of the host answers nothing when the daemon is told to end: it ends all the same, with its sockets
# gone and its end on record, whether what waits is a build's secret or the audit log.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
. "$(dirname "$0")/../support/hung.sh"
agentd_begin

mkdir hung
mount -t tmpfs tmpfs hung
echo one >hung/one
key_make a.pem

# expect_end: it is told to, while a thread hangs
expect_end()
{
	local began=$SECONDS keeper sockets

	keeper=$(pgrep -P "$DAEMON_PID" sfa-keeper)
	await_hung
	daemon_stop
	[ $((SECONDS - began)) -lt 20 ] || fail "it took $((SECONDS - began)) s to end"
	expect_line "$DAEMON_LOG" 'ending without what a file system of the host, which does not answer, was asked for$'
	sockets=$(find "$DAEMON_RUNTIME_DIR" -type s)
	[ -z "$sockets" ] || fail "sockets are left: $sockets"
	await_end "$keeper" # with the keys
}

agentd --key a=./a.pem --secret id=one,src=hung/one --audit-log audit.log
hang_begin
ssh_peer exec 'secret one' >one.log 2>&1 &
asking=$!
expect_end
wait "$asking" || true
expect_line audit.log '"event":"daemon-ended"'

hang_end

agentd --key a=./a.pem --audit-log hung/audit.log
hang_begin
kill -HUP "$DAEMON_PID" # opens the audit log again
expect_end
expect_line "$DAEMON_LOG" 'the audit log .*hung/audit.log may lack its last [1-9][0-9]* lines$'
hang_end
umount hung
