#!/usr/bin/env bash
#
# Asking for an id that is not offered, or for none where several are: the error lists them.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

refused()
{
	local status=0

	container --env SSH_SHIM_TOKEN sfa-e2e ssh-shim "$@" -- true >refused.log 2>&1 || status=$?
	expect_equal "$status" 125 'exit status'
	expect_words refused.log 'ssh-shim:' projecta projectb
}

key_make a.pem
key_make b.pem
daemon --key projecta=./a.pem --key projectb=./b.pem --listen "$ENGINE_BRIDGE:0"

refused --id projectc
expect_words refused.log projectc
refused
daemon_stop
