#!/usr/bin/env bash
#
# The token as a BuildKit secret: found where BuildKit mounts it, and in no line of the history.
set -euo pipefail
BUILDER=buildkit
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0"
printf '%s\n' "$SSH_SHIM_TOKEN" >token
dockerfile "RUN --mount=type=secret,id=ssh-shim-token ssh-shim -- git clone $REPO"

build --secret id=ssh-shim-token,src=token

expect_secret
! engine_docker history --no-trunc "$IMAGE" | grep -F "$SSH_SHIM_TOKEN" ||
	fail 'the token is in the history'
daemon_stop
