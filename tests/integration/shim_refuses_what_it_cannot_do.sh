#!/usr/bin/env bash
#
# Its own failures are status 125, with a line that says what is wrong.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

CONNECT=127.0.0.1:1

wrong()
{
	local words=$1

	shift
	shim_status "$@"
	expect_status 125
	expect_line error.log "^ssh-shim: .*$words"
}

wrong 'no command given' --
wrong 'unknown option --nonsense' --nonsense -- true
wrong 'HOST\[:PORT\]' --connect 'host:port' -- true
wrong 'numbers' --owner root -- true
wrong 'cannot be read from ./missing' --token-file ./missing -- true
echo 'c2VjcmV0' >secret
wrong 'mint a token' --token-file ./secret -- true
SSH_SHIM_TOKEN=sfa1_AAAA wrong 'damaged' -- true
