#!/usr/bin/env bash
#
# With the daemon's private directory mounted where the shim looks: no network, no token.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0"

content=$(container --volume "$DAEMON_RUNTIME_DIR/ssh-forward-agentd:/run/ssh-forward-agentd:ro" \
	sfa-e2e ssh-shim -- sh -c "git clone -q $REPO && cat repo/SECRET" 2>clone.log) ||
	fail 'could not clone'
expect_equal "$content" "$GIT_SERVER_CONTENT" 'content of the repository'
daemon_stop
