#!/usr/bin/env bash
#
# OpenSSH's own client, with the token as password, does what the shim does.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE"

# ssh goes to the background once it has logged in and its socket listens.
# shellcheck disable=SC2016
content=$(container --env SSH_SHIM_TOKEN sfa-e2e sh -ec '
	printf "#!/bin/sh\necho \"\$SSH_SHIM_TOKEN\"\n" >/tmp/askpass
	chmod 755 /tmp/askpass
	SSH_ASKPASS=/tmp/askpass SSH_ASKPASS_REQUIRE=force ssh -f -N -L ./agent.sock:projecta:1 -p 2522 \
		-o StrictHostKeyChecking=no -o ExitOnForwardFailure=yes "build@$0" </dev/null >/dev/null
	SSH_AUTH_SOCK=./agent.sock git clone -q "$1"
	cat repo/SECRET
' "$ENGINE_GATEWAY" "$REPO" 2>clone.log) || fail 'could not clone'
expect_equal "$content" "$GIT_SERVER_CONTENT" 'content of the repository'
daemon_stop
