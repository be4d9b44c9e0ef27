#!/usr/bin/env bash
#
# A request that claims to be empty, or larger than 256 KiB, ends its connection; one of 256 KiB is
# answered. On the Unix socket, in a channel, and through the shim. Others go on.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem
max=$((256 * 1024))
lies=(0 $((max + 1)) $((1 << 30)) $(((1 << 32) - 1)))

# Whole, it is just no request that we know: 5 is a failure, 14 a signature.
expected=$'closed\nclosed\nclosed\nclosed\n5\n14\nclosed'

{
	raw_agent "$(id_socket a)" lengths "${lies[@]}" "$max"
	raw_agent "$(id_socket a)" sign "$max" $((max + 1))
} >unix.log
# shellcheck disable=SC2016 # for the shim's shell
shim -- sh -c '"$1" - lengths $2; "$1" - sign $3' sh "$RAW_AGENT" "${lies[*]} $max" \
	"$max $((max + 1))" >shim.log
{
	ssh_peer lengths a "${lies[@]}" "$max"
	ssh_peer sign a "$max" $((max + 1))
} | sed 's/^1 //' >channel.log

expect_output "$expected" unix.log
expect_output "$expected" shim.log
expect_output "$expected" channel.log
expect_served
daemon_stop
