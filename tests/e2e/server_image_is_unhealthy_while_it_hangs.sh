#!/usr/bin/env bash
#
# The health check of the server's image finds a daemon that does not answer, and one that does again.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

await_health()
{
	local deadline=$((SECONDS + 90))

	until [ "$(engine_docker inspect -f '{{.State.Health.Status}}' "$SERVER")" = "$1" ]; do
		[ "$SECONDS" -lt "$deadline" ] ||
			fail "not $1: $(engine_docker inspect -f '{{json .State.Health}}' "$SERVER")"
		sleep 0.2
	done
}

key_make a.pem
chown 1000 a.pem
server_start --health-interval 1s --health-timeout 5s --health-retries 2 \
	--volume "$PWD/a.pem:/key:ro" ssh-forward-agent --key default=/key
await_health healthy
engine_docker kill --signal STOP "$SERVER" >/dev/null
await_health unhealthy
engine_docker kill --signal CONT "$SERVER" >/dev/null
await_health healthy
