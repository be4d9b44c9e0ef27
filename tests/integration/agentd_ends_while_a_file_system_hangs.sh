#!/usr/bin/env bash
#
# A file system of the host answers nothing when the daemon is told to end: it ends all the same, with its sockets
# gone and its end on record, whether what waits is a build's secret or the audit log.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
[ "$(id -u)" -eq 0 ] || skip 'only root can mount a file system that hangs'
[ -w /dev/fuse ] || skip 'there is no /dev/fuse for a file system that hangs'
[ "${1:-}" = inside ] || exec unshare -m "$0" inside
agentd_begin

mkdir hung
mount -t tmpfs tmpfs hung
echo one >hung/one
key_make a.pem

hang_begin()
{
	"$HANG_DIRECTORY" hung >hang.log &
	hang=$!
	await_line hang.log '^hung$'
}

hang_end()
{
	kill "$hang"
	wait "$hang" || true
	until umount hung 2>/dev/null; do sleep 0.02; done # a thread was on its way out of it
}

# expect_end: it is told to, while a thread hangs
expect_end()
{
	local began=$SECONDS keeper sockets

	keeper=$(pgrep -P "$DAEMON_PID" sfa-keeper)
	until cat /proc/"$DAEMON_PID"/task/*/wchan | grep fuse >/dev/null; do sleep 0.02; done
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
