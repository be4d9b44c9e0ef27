#!/usr/bin/env bash
#
# The command that the shim runs sees the agent's socket, and not the token.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0"
container --env SSH_SHIM_TOKEN sfa-e2e ssh-shim -- env >env.log

expect_words env.log SSH_AUTH_SOCK=/
! grep -F "$SSH_SHIM_TOKEN" env.log || fail 'the token is in the environment'
! grep ^SSH_SHIM_TOKEN= env.log || fail 'the variable is in the environment'
daemon_stop
