#!/usr/bin/env bash
#
# The shim for arm64, under an emulator: finds a daemon of this machine by name, proves it, and ssh
# logs in to a real sshd with a signature that came through it. The daemon for arm64 starts.
set -euo pipefail
. "$(dirname "$0")/../support/gate.sh"
. "$(dirname "$0")/../support/release.sh"
need_program qemu-aarch64-static
gate_begin

shim()
{
	qemu-aarch64-static "$SFA_RELEASE_DIR/release-arm64/shim/ssh-shim" --connect localhost "$@"
}

key_make host.key
host_make host "HostKey $PWD/host.key"
host_known host host.key.pub
key_make a.pem
cp a.pem.pub authorized_keys
daemon --key projecta=./a.pem

shim_status -- "$SSH" host true
expect_status 0
shim_status -- sh -c 'exit 7'
expect_status 7
daemon_await_log 'key=SHA256:'
daemon_stop

qemu-aarch64-static "$SFA_RELEASE_DIR/release-arm64/agentd/ssh-forward-agentd" --version >out.log
expect_line out.log '^ssh-forward-agentd '
