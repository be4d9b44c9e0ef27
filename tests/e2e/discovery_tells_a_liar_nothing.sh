#!/usr/bin/env bash
#
# A rogue on the bridge that answers first, with the right fingerprint, is connected to and told nothing: no
# token, no agent connection. The step goes on to the daemon that the token names.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin
/usr/bin/python3 -W ignore -c 'import asyncssh' 2>/dev/null || skip 'python3-asyncssh is not installed'

key_make a.pem
chown 1000 a.pem
server_start --volume "$PWD/a.pem:/key:ro" ssh-forward-agent --key default=/key --discoverable
broadcast=$(engine_in_network ip -o -4 addr show dev "$ENGINE_BRIDGE" | sed -n 's/.* brd \([0-9.]*\) .*/\1/p')
engine_spawn /usr/bin/python3 -W ignore "$_e2e_support/rogue_daemon.py" "$ENGINE_GATEWAY" "$broadcast" >rogue.log 2>&1 &
rogue=$!
trap 'kill "$rogue" 2>/dev/null || true; _e2e_end' EXIT

await_rogue()
{
	local deadline=$((SECONDS + E2E_DEADLINE_S))

	until grep -q "^$1" rogue.log; do
		[ "$SECONDS" -lt "$deadline" ] || fail "the rogue did not get so far: $1"
		sleep 0.05
	done
}

await_rogue ready
engine_docker pause "$SERVER" >/dev/null
container_start --env SSH_SHIM_TOKEN sfa-e2e ssh-shim --wait 20 -- sh -c "git clone -q $REPO r && cat r/SECRET"
await_rogue answered
await_rogue connected
engine_docker unpause "$SERVER" >/dev/null
expect_equal "$(engine_docker wait "${CONTAINERS[-1]}")" 0 'status of the step'
expect_equal "$(engine_docker logs "${CONTAINERS[-1]}" 2>/dev/null)" "$GIT_SERVER_CONTENT" 'what it cloned'
! grep -E 'login|password|agent' rogue.log || fail 'the rogue was told something'

# With nobody but the rogue, the step fails, and as where nobody is.
engine_docker rm --force "$SERVER" >/dev/null
container --env SSH_SHIM_TOKEN sfa-e2e ssh-shim --optional -- echo 'ran without' >optional.log 2>&1 ||
	fail "a liar is no daemon: $(cat optional.log)"
expect_words optional.log 'ran without'
! grep -E 'login|password|agent' rogue.log || fail 'the rogue was told something'
