#!/usr/bin/env bash
#
# A client that wants compression gets a link without: what it sends is as long as what we read.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

real
port=$(sed -n 's/^.*listening on 127.0.0.1:\([0-9]*\)$/\1/p' "$DAEMON_LOG")
# It has no token, and fails at the login, which is after the choice.
ssh -F none -vv -C -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
	-p "$port" build@127.0.0.1 ping >ssh.log 2>&1 || true
expect_line ssh.log '^debug1: kex: client->server .* compression: none'
expect_line ssh.log '^debug1: kex: server->client .* compression: none'
daemon_stop
