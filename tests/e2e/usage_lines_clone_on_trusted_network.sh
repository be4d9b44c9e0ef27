#!/usr/bin/env bash
#
# The two lines of usage, as the README gives them: nothing else on the host, nothing else in the
# Dockerfile. The key is RSA in PEM, as keys named .pem are.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem -t rsa -b 2048 -m PEM
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE" --trust-network
dockerfile "RUN ssh-shim -- git clone $REPO"

build

expect_secret
git_server_saw_key a.pem.pub || fail 'another key opened the repository'
daemon_stop
