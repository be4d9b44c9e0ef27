#!/usr/bin/env bash
#
# Full file systems: the build's /dev/shm, by space and by files, with secrets and host keys to be put there; the daemon's
# private directory, at its start and at a reload, and its audit log, where nothing is to be signed without it. Each says what is full, leaves nothing behind, and what
# worked before goes on.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
[ "$(id -u)" -eq 0 ] || skip 'only root can mount a small tmpfs'
[ "${1:-}" = inside ] || exec unshare -m "$0" inside
agentd_begin
readonly FULL='No space left on device'

# build STATUS REGEX OPTION...: with a /dev/shm of its own, which it leaves empty
build()
{
	shim_status "${@:3}" -- "$RAW_AGENT" - sign 200
	expect_status "$1"
	if [ "$1" -eq 0 ]; then
		expect_output 14
	else
		expect_line error.log "^ssh-shim: $2"
	fi
	[ -z "$(find /dev/shm -mindepth 1)" ] || fail "left: $(find /dev/shm)"
}

small_shm()
{
	mount -t tmpfs -o "$1" tmpfs /dev/shm
}

key_make a.pem
key_make b.pem
for i in {1..400}; do
	printf 'github.com,host%s %s\n' "$i" "$(cut -d ' ' -f 1,2 a.pem.pub)"
done >known_hosts
head -c 300000 /dev/zero >secret
printf '[id a]\nkey = %s/a.pem\n' "$PWD" >config

mkdir disk
mount -t tmpfs -o nr_inodes=3 tmpfs disk
mkdir -m 700 disk/run
status=0
XDG_RUNTIME_DIR=$PWD/disk/run "$SFA_AGENTD" --config config --listen 127.0.0.1:0 >start.log 2>&1 || status=$?
[ "$status" -eq 1 ] || fail "started with status $status: $(cat start.log)"
expect_line start.log "^ssh-forward-agentd: cannot make .*/disk/run/ssh-forward-agentd/lock: $FULL$"
umount disk

agentd --config config --known-hosts "$PWD/known_hosts" --secret id=s,src="$PWD/secret"
mount -t tmpfs -o nr_inodes=1 tmpfs "$DAEMON_RUNTIME_DIR/ssh-forward-agentd/ids" # over it: nothing more goes in
printf '[id b]\nkey = %s/b.pem\n' "$PWD" >>config
kill -HUP "$DAEMON_PID"
daemon_await_log "cannot listen on .*/ids/b.sock: $FULL"
daemon_await_log 'reload: not all could be opened; the configuration stays as it was'
umount "$DAEMON_RUNTIME_DIR/ssh-forward-agentd/ids"

mount -t tmpfs -o size=64k tmpfs disk
(
	agentd --config config --audit-log disk/audit.log --audit required
	head -c 1M /dev/zero >disk/filler 2>/dev/null || true
	for _ in {1..20}; do # until the room that the last block has is used up
		shim_status --id a -- "$RAW_AGENT" - sign 200
		[ "$(cat out.log)" != 5 ] || break
	done
	expect_output 5
	expect_line error.log '^ssh-shim: nothing was signed \(id "a"\): the audit log (cannot|could not) be written; '
	rm disk/filler
	daemon_await_log 'the audit log disk/audit.log is written again'
	expect_served a
	daemon_stop
)
umount disk

small_shm size=160k
build 0 ''
build 125 "no room for the secret \"s\" in /dev/shm/" --secret s
build 125 "no room for the secret \"s\" in /dev/shm/" --secret "s,target=$PWD/target"
[ ! -e target ] || fail 'a target that leads nowhere'
umount /dev/shm
small_shm size=32k # the host keys alone are more
build 125 "no ssh of our own in /dev/shm/.*: $FULL \(--no-ssh-wrapper does without one\)"
build 0 '' --no-ssh-wrapper
umount /dev/shm
small_shm nr_inodes=2
build 125 "the agent socket /dev/shm/.*/agent.sock cannot be made: $FULL"
umount /dev/shm

# Nowhere at all.
mount -t tmpfs -o nr_inodes=2 tmpfs /dev
mkdir /dev/shm
for directory in /dev/shm /run disk; do
	mount -t tmpfs -o nr_inodes=1 tmpfs "$directory"
done
export TMPDIR=$PWD/disk
unset XDG_RUNTIME_DIR
shim_status -- true
expect_status 125
expect_line error.log "none has room \(/dev/shm: $FULL\), and $PWD/disk: $FULL; mount a tmpfs"
umount /dev/shm /dev /run disk
expect_served
daemon_stop
