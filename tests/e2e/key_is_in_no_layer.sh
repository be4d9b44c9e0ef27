#!/usr/bin/env bash
#
# After a build that cloned with them, the private keys are in no layer, no metadata, no history and
# no file system of a container; neither is a token that the shim got as a secret.
set -euo pipefail
BUILDER=buildkit
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
key_make b.pem -t rsa -b 2048 -m PEM
daemon --key projecta=./a.pem,./b.pem --listen "$ENGINE_BRIDGE:0"
printf '%s\n' "$SSH_SHIM_TOKEN" >token
dockerfile "RUN --mount=type=secret,id=ssh-shim-token ssh-shim -- git clone $REPO"
build --secret id=ssh-shim-token,src=token
expect_secret

image_unpack "$IMAGE" unpacked
engine_docker history --no-trunc "$IMAGE" >unpacked/history
mkdir unpacked/container
container_start "$IMAGE" true
engine_docker export "${CONTAINERS[0]}" | tar -C unpacked/container --exclude='dev/*' -x

grep -rqF "$GIT_SERVER_CONTENT" unpacked/layers || fail 'the layers were not unpacked'
! key_is_found a.pem unpacked || fail 'the key was found'
! key_is_found b.pem unpacked || fail 'the key was found'
! grep -rF "$SSH_SHIM_TOKEN" unpacked || fail 'the token was found'

cp a.pem unpacked/container/a
key_is_found a.pem unpacked/container || fail 'the search finds nothing'
daemon_stop
