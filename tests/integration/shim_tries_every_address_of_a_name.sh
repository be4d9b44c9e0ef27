#!/usr/bin/env bash
#
# A name with several addresses, as that of a replicated service has: where one refuses, one swallows what is sent
# and one says nothing, the shim finds the daemon behind the last, within the default wait; where none is a
# daemon, it says what each said.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"

[ "$(id -u)" = 0 ] || skip 'only root may make networks'
need_program ip unshare
# Names and addresses of our own.
[ "${INSIDE:-}" = yes ] || exec unshare --net --mount env INSIDE=yes "$0"
shim_begin

readonly REFUSES=10.99.0.1 SWALLOWS=10.99.0.2 MUTE=10.99.0.3 GOOD=10.99.0.4 PORT=2522
ip link set lo up
ip link add sink type veth peer name hole # nobody is there: all that is sent is gone
for address in "$REFUSES" "$MUTE" "$GOOD"; do
	ip addr add "$address/24" dev sink
done
ip link set sink up arp off
ip link set hole up

: >hosts
mount --bind hosts /etc/hosts
named()
{
	printf '%s replicas\n' "$@" >hosts
}

fake --mute --address "$MUTE" --port "$PORT"
real --listen "$GOOD:$PORT"
CONNECT=replicas:$PORT

named "$REFUSES" "$SWALLOWS" "$MUTE" "$GOOD"
shim_status -- "$AGENT_CLIENT"
expect_status 0
expect_line out.log '^1 12$'

named "$SWALLOWS" "$MUTE" "$REFUSES"
shim_status -- "$AGENT_CLIENT"
expect_status 125
expect_line error.log "replicas:$PORT .*$SWALLOWS:$PORT: .*timed out; $MUTE:$PORT: .*no SSH .*; $REFUSES:$PORT: Connection refused"
