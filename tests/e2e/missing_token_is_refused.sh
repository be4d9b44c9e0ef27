#!/usr/bin/env bash
#
# Where the network is not trusted, a build without a token is refused, and told what to pass.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE"
dockerfile "RUN ssh-shim -- git clone $REPO"

build_fails

expect_words build.log 'ssh-shim:' token SSH_SHIM_TOKEN 'returned a non-zero code: 125'
daemon_stop
