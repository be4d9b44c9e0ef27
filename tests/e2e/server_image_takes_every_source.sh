#!/usr/bin/env bash
#
# The server takes a key from its environment, from a secret file, and from a mounted agent, all
# at once; `docker exec` makes tokens for one of them.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
key_make b.pem -t rsa -b 2048
key_make c.pem
agent_start c.pem
mkdir secrets
cp b.pem secrets/deploy
chown 4711 secrets/deploy # as compose mounts them: a file of whoever has it
chmod 444 secrets/deploy
KEY=$(cat a.pem) server_start --user 0:0 \
	--env KEY --volume "$PWD/secrets:/run/secrets:ro" --volume "$SSH_AUTH_SOCK:/agent" \
	ssh-forward-agent --key environment=env:KEY --key secret=/run/secrets/deploy --agent agent=/agent

clones()
{
	expect_equal "$(container --env SSH_SHIM_TOKEN sfa-e2e \
		ssh-shim --connect "$SERVER_ADDRESS" --id "$1" -- sh -c "git clone -q $REPO r && cat r/SECRET" 2>clone.log)" \
		"$GIT_SERVER_CONTENT" "what id $1 gets"
	git_server_saw_key "$2.pub" || fail "another key than $2"
}

clones environment a.pem
clones secret b.pem
clones agent c.pem
! engine_docker exec "$SERVER" /ssh-forward-agentd ping extra 2>/dev/null || fail 'ping takes anything'
engine_docker exec "$SERVER" /ssh-forward-agentd ping >ping.log || fail 'no answer to ping'
engine_docker exec "$SERVER" /ssh-forward-agentd token --id secret >minted
SSH_SHIM_TOKEN=$(cat minted) clones secret b.pem
