#!/usr/bin/env bash
#
# A hundred agent connections at once through one shim, to key files and to a real agent, all signing.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
key_make b.pem
real_agent b.pem
agentd --key a=./a.pem --agent r="$REAL_AGENT"
for id in a r; do
	shim --id "$id" -- "$BUILD_DIR/bench/agent-load" --connections 100 --requests 1000 \
		--data-len 500 >"load.$id.log" || fail "id $id"
	shim --id "$id" -- "$BUILD_DIR/bench/agent-load" --connections 100 --requests 1000 \
		--reconnect >"reload.$id.log" || fail "id $id, a connection for each request"
done
daemon_stop
