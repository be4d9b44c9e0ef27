#!/usr/bin/env bash
#
# A command that is no verb fails with status 1 and says so, so that an old daemon and a new shim get
# along; what a stranger writes there does not reach log or terminal as it is.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem
ssh_peer exec ping >ping.log
expect_output $'pong 1\nstatus: 0' ping.log
for verb in status 'ping now' 'sh -c id' Ping "$(printf 'x%.0s' {1..2000})"; do
	ssh_peer exec "$verb" >out.log
	expect_line out.log '^stderr: ssh-forward-agentd: no such verb: '
	expect_line out.log '^status: 1$'
done
ssh_peer exec $'\e[2Jping' >out.log
expect_line out.log 'no such verb: \\x1b\[2Jping$'
daemon_stop
