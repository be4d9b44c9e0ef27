#!/usr/bin/env bash
#
# With a token as build argument, in BuildKit, the key in a file.
set -euo pipefail
BUILDER=buildkit E2E_IMAGE=sfa-e2e-sanitized
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0"
dockerfile 'ARG SSH_SHIM_TOKEN' "RUN ssh-shim -- git clone $REPO"

build --build-arg SSH_SHIM_TOKEN

expect_secret
git_server_saw_key a.pem.pub || fail 'another key opened the repository'
daemon_stop
