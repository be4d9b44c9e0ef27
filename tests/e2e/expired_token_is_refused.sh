#!/usr/bin/env bash
#
# A token whose time is over is refused, and the message says so.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0"
export SSH_SHIM_TOKEN
SSH_SHIM_TOKEN=$(token_mint --expires 6s)
expired_at=$(($(date +%s) + 6))
container --env SSH_SHIM_TOKEN sfa-e2e ssh-shim -- true || fail 'refused before its time'

until [ "$(date +%s)" -gt "$expired_at" ]; do sleep 0.1; done
status=0
container --env SSH_SHIM_TOKEN sfa-e2e ssh-shim -- true >refused.log 2>&1 || status=$?

expect_equal "$status" 125 'exit status'
expect_words refused.log 'ssh-shim:' token expired
daemon_stop
