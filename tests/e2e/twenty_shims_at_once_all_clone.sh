#!/usr/bin/env bash
#
# Twenty shims at the same time, each in a container of its own: every one clones.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0"

# They wait until the last of them is there.
mkdir gate
# shellcheck disable=SC2016
for _ in $(seq 20); do
	container_start --env SSH_SHIM_TOKEN --volume "$TEST_DIR/gate:/gate" sfa-e2e-sanitized sh -c \
		'until [ -e /gate/open ]; do sleep 0.1; done; exec ssh-shim -- git clone -q "$0"' "$REPO"
done
touch gate/open
for id in "${CONTAINERS[@]}"; do
	status=$(engine_docker wait "$id")
	[ "$status" = 0 ] || fail "one ended with $status: $(engine_docker logs "$id" 2>&1)"
done
daemon_stop
