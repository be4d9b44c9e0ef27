#!/usr/bin/env bash
#
# A token minted for one id neither offers another nor signs for it.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
key_make b.pem
daemon --key projecta=./a.pem --key projectb=./b.pem --listen "$ENGINE_BRIDGE:0"
export SSH_SHIM_TOKEN
SSH_SHIM_TOKEN=$(token_mint --id projecta)

listed=$(container --env SSH_SHIM_TOKEN sfa-e2e ssh-shim -- ssh-add -L)
expect_equal "$listed" "$(cat a.pem.pub)" 'keys of the token'
status=0
container --env SSH_SHIM_TOKEN sfa-e2e ssh-shim --id projectb -- ssh-add -L >refused.log 2>&1 ||
	status=$?
expect_equal "$status" 125 'exit status'
! grep -q ssh-ed25519 refused.log || fail 'a key of another id was listed'
daemon_stop
