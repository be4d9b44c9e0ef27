#!/usr/bin/env bash
#
# Neither files nor arbitrary data are signed, with key files or with an agent; the log says why, and
# logins go on.
set -euo pipefail
. "$(dirname "$0")/../support/gate.sh"
gate_begin

key_make host.key
host_make host "HostKey $PWD/host.key"
host_known host host.key.pub
key_make user
cp user.pub authorized_keys
key_make of-agent
cat of-agent.pub >>authorized_keys
agent_start of-agent
daemon --key file=./user --agent "agent=$AGENT"
echo content >message
mkdir public
cp user.pub of-agent.pub public # where no private half is, so that the agent must sign

sign_all()
{
	local id=$1 key=public/$2.pub

	shim_status --id "$id" -- ssh-keygen -q -Y sign -n git -f "$key" message
	expect_status 255
	[ ! -e message.sig ] || fail "$id signed a file"
	daemon_await_log "refused kind=sshsig id=$id .* \(SSHSIG\)"

	shim_status --id "$id" -- ssh-add -T "$key"
	expect_status 1
	daemon_await_log "refused kind=sign id=$id .*: what is to be signed is no login"

	shim_status --id "$id" -- "$SSH" host true
	expect_status 0
}

sign_all file user
sign_all agent of-agent
daemon_stop
