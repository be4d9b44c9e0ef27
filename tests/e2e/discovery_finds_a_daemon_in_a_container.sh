#!/usr/bin/env bash
#
# A build step finds a daemon that is a container on its network with no option at all, if it has a token;
# without one, on a trusted network, only if told to believe.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
chown 1000 a.pem
server_start --volume "$PWD/a.pem:/key:ro" ssh-forward-agent --key default=/key --discoverable
dockerfile 'ARG SSH_SHIM_TOKEN' "RUN ssh-shim -- git clone $REPO"
build --build-arg SSH_SHIM_TOKEN
expect_secret
engine_docker rm --force "$SERVER" >/dev/null

# Not discoverable: nobody answers.
server_start --volume "$PWD/a.pem:/key:ro" ssh-forward-agent --key default=/key
status=0
container --env SSH_SHIM_TOKEN sfa-e2e ssh-shim -- true >silent.log 2>&1 || status=$?
expect_equal "$status" 125 'without --discoverable'
engine_docker rm --force "$SERVER" >/dev/null

container_start --volume "$PWD/a.pem:/key:ro" ssh-forward-agent --key default=/key --discoverable \
	--listen eth0 --trust-network
container_await_log "${CONTAINERS[-1]}" 'SSH_FORWARD_AGENTD_PID'
container sfa-e2e ssh-shim --discover -- ssh-add -l >listed.log || fail '--discover does not find it'
status=0
container sfa-e2e ssh-shim -- true >silent.log 2>&1 || status=$?
expect_equal "$status" 125 'without a token and without --discover'
