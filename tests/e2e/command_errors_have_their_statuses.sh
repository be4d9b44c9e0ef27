#!/usr/bin/env bash
#
# 127: no such command; 126: not executable; 125: the shim's own failure. Each with a line that
# begins `ssh-shim:`.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

ends_with()
{
	local expected=$1 status=0

	shift
	container --env SSH_SHIM_TOKEN sfa-e2e ssh-shim "$@" >error.log 2>&1 || status=$?
	expect_equal "$status" "$expected" "exit status of: $*"
	expect_words error.log 'ssh-shim:'
}

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0"

ends_with 127 -- no-such-command
expect_words error.log no-such-command
ends_with 126 -- /etc/passwd
expect_words error.log /etc/passwd
ends_with 126 -- /etc
ends_with 125 --no-such-option -- true
ends_with 125 --
daemon_stop
