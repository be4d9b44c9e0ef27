#!/usr/bin/env bash
#
# Names are found in /etc/hosts and by Docker's DNS in an image that has no resolver.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
chmod 644 a.pem # the image's user is another: for it, this is a stranger's file
tiny_scratch sfa-tiny-names
network sfa-names
server_start --network sfa-names --network-alias agentd --volume "$PWD/a.pem:/key:ro" \
	ssh-forward-agent --key default=/key

connects()
{
	expect_equal "$(container --network sfa-names --env SSH_SHIM_TOKEN "${@:2}" sfa-tiny-names \
		/ssh-shim --connect "$1" -- /agent_client 2>shim.log)" $'sent\n1 12' "agent at $1"
}

connects agentd:2522
connects agentd
connects hosts.example --add-host "hosts.example:$SERVER_ADDRESS"
connects "$SERVER_ADDRESS"
! (connects nowhere.example) 2>/dev/null || fail 'a name that is none is found'
