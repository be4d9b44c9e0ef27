#!/usr/bin/env bash
#
# ssh -A through a first host to a second one works, for keys that are bound to this way, too.
set -euo pipefail
. "$(dirname "$0")/../support/gate.sh"
gate_begin

key_make user
key_make bound
cat user.pub bound.pub >authorized_keys
for host in first second third; do
	key_make "$host.key"
	host_make "$host" "HostKey $PWD/$host.key"
	host_known "$host" "$host.key.pub"
done
agent_start
SSH_AUTH_SOCK=$AGENT ssh-add -q -H known_hosts -h first -h 'first>second' bound 2>>agent.log
SSH_AUTH_SOCK=$AGENT daemon --agent default

shim_status -- "$SSH" -A first "$SSH" second echo logged in
expect_status 0
expect_line out.log '^logged in$'
shim_status -- "$SSH" -A first "$SSH" third echo logged in
expect_status 255

SSH_AUTH_SOCK=$AGENT ssh-add -q user 2>>agent.log
shim_status -- "$SSH" -A first "$SSH" third echo logged in
expect_status 0
fingerprint=$(ssh-keygen -lf third.key.pub | cut -d ' ' -f 2)
daemon_await_log "signed .* host=${fingerprint//+/\\+} "
daemon_stop
