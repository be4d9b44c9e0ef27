#!/usr/bin/env bash
#
# A token of another daemon, and one with a character changed: refused, and the message says that
# it is the token.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

refused()
{
	local status=0

	container --env "SSH_SHIM_TOKEN=$1" sfa-e2e ssh-shim --connect "$ENGINE_GATEWAY:$port" -- true \
		>refused.log 2>&1 || status=$?
	expect_equal "$status" 125 'exit status'
	expect_words refused.log 'ssh-shim:' token
}

# Changes the last character for another of the alphabet, far from the pinned fingerprint.
tampered()
{
	case $1 in
	*A) printf '%sQ\n' "${1%?}" ;;
	*) printf '%sA\n' "${1%?}" ;;
	esac
}

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0"
others_token=$SSH_SHIM_TOKEN
daemon_stop

port=2530
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:$port"
refused "$others_token"
refused "$(tampered "$SSH_SHIM_TOKEN")"
refused sfa1_nonsense
container --env SSH_SHIM_TOKEN sfa-e2e ssh-shim -- true || fail 'the right token is refused'
daemon_stop
