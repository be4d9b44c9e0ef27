#!/usr/bin/env bash
#
# A key added to the agent with ssh-add -h logs in through us to the host it is for, and to no other
# host that would take it.
set -euo pipefail
. "$(dirname "$0")/../support/gate.sh"
gate_begin

key_make user
cp user.pub authorized_keys
for host in here elsewhere; do
	key_make "$host.key"
	host_make "$host" "HostKey $PWD/$host.key"
	host_known "$host" "$host.key.pub"
done
agent_start
SSH_AUTH_SOCK=$AGENT ssh-add -q -H known_hosts -h here user 2>>agent.log
SSH_AUTH_SOCK=$AGENT daemon --agent default

shim_status -- "$SSH" here echo logged in
expect_status 0
expect_line out.log '^logged in$'
fingerprint=$(ssh-keygen -lf here.key.pub | cut -d ' ' -f 2)
daemon_await_log "signed id=default key=SHA256:[^ ]* user=\"$(id -un)\" host=${fingerprint//+/\\+} "

shim_status -- "$SSH" elsewhere echo logged in
expect_status 255
expect_line error.log 'Permission denied'

# The other host does take the key.
SSH_AUTH_SOCK='' "$SSH" -i user elsewhere true || fail 'the other host is not fit for the test'
daemon_stop
