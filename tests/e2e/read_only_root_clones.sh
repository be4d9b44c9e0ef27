#!/usr/bin/env bash
#
# On a read-only root file system the shim writes to memory only.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0"
content=$(container --read-only --tmpfs /src --workdir /src --env SSH_SHIM_TOKEN sfa-e2e \
	ssh-shim -- sh -c "git clone -q $REPO && cat repo/SECRET" 2>clone.log) || fail 'could not clone'
expect_equal "$content" "$GIT_SERVER_CONTENT" 'content of the repository'
daemon_stop
