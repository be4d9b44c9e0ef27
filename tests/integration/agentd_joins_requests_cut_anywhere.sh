#!/usr/bin/env bash
#
# A request that comes in two parts, cut at each of its bytes: answered, on the Unix socket, in a
# channel, and through the shim.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem

raw_agent "$(id_socket a)" cut >unix.log
ssh_peer cut a >channel.log
shim -- "$RAW_AGENT" - cut >shim.log
for log in unix.log channel.log shim.log; do
	expect_output '203 14' "$log"
done
daemon_stop
