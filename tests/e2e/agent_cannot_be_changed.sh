#!/usr/bin/env bash
#
# From a container, removing all keys and adding one are refused, for key files as for an agent; what
# was there is there afterwards.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

listed_after_attempts()
{
	container --env SSH_SHIM_TOKEN sfa-e2e-sanitized ssh-shim --id "$1" -- sh -c '
		! ssh-add -D || echo removed
		ssh-keygen -q -t ed25519 -N "" -f /tmp/new
		! ssh-add -q /tmp/new || echo added
		ssh-add -L' 2>attempts.log
}

key_make a.pem
key_make b.pem
agent_start b.pem
daemon --key files=./a.pem --agent running --listen "$ENGINE_BRIDGE:0"

expect_equal "$(listed_after_attempts files)" "$(cat a.pem.pub)" 'keys from files'
expect_equal "$(listed_after_attempts running)" "$(cat b.pem.pub)" 'keys of the agent'
expect_equal "$(ssh-add -L)" "$(cat b.pem.pub)" 'keys of the agent, asked directly'
daemon_stop
