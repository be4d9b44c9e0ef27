#!/usr/bin/env bash
#
# `docker run ssh-forward-agent --key default=/key` is a daemon for every build on its network: not root, on a read-only root file system, and in good health.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
chown 4711:4712 a.pem
server_start --user 4711:4712 --read-only --cap-drop ALL \
	--security-opt no-new-privileges --health-interval 1s \
	--volume "$PWD/a.pem:/key:ro" ssh-forward-agent --key default=/key
container_await_log "$SERVER" "listening on ${SERVER_ADDRESS//./\\.}:2522"
! engine_docker logs "$SERVER" 2>&1 | grep -E '0\.0\.0\.0|\[::\]' || fail 'it listens everywhere'

dockerfile 'ARG SSH_SHIM_TOKEN' "RUN ssh-shim --connect $SERVER_ADDRESS -- git clone $REPO"
build --build-arg SSH_SHIM_TOKEN
expect_secret

deadline=$((SECONDS + E2E_DEADLINE_S))
until [ "$(engine_docker inspect -f '{{.State.Health.Status}}' "$SERVER")" = healthy ]; do
	[ "$SECONDS" -lt "$deadline" ] || fail "not healthy: $(engine_docker inspect -f '{{json .State.Health}}' "$SERVER")"
	sleep 0.2
done
expect_equal "$(engine_docker inspect -f '{{.Config.User}}' ssh-forward-agent)" 1000:1000 "the image's user"
expect_equal "$(engine_docker export "$SERVER" | tar -t | grep -cE '^(ssh-shim|ssh-forward-agentd)(\.spdx\.json)?$')" 4 'programs and what they are made of'
engine_docker stop "$SERVER" >/dev/null
expect_equal "$(engine_docker inspect -f '{{.State.ExitCode}}' "$SERVER")" 0 'status at its end'
