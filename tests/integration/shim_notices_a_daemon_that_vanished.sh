#!/usr/bin/env bash
#
# A daemon goes without a word, as when its machine loses power: the request in flight is answered with
# SSH_AGENT_FAILURE (5) when ten seconds have passed without a sign of it, and the build's log tells why. Agent
# connections that begin meanwhile go on with another replica, at another address of the same name.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"

[ "$(id -u)" = 0 ] || skip 'only root may make networks'
need_program ip nsenter unshare
[ "${INSIDE:-}" = yes ] || exec unshare --net --mount env INSIDE=yes "$0"
shim_begin

# The build is on a network of its own, with a way to each replica.
unshare --net sleep infinity &
build=$!
until [ "$(cat "/proc/$build/comm")" = sleep ]; do
	sleep 0.02
done
in_build=(nsenter --net="/proc/$build/ns/net" --)
for n in 1 2; do
	ip link add "to-build$n" type veth peer name "to-host$n" netns "$build"
	ip addr add "10.99.$n.1/24" dev "to-build$n"
	ip link set "to-build$n" up
	"${in_build[@]}" ip addr add "10.99.$n.2/24" dev "to-host$n"
	"${in_build[@]}" ip link set "to-host$n" up
done
printf '10.99.%d.1 replicas\n' 1 2 >hosts
mount --bind hosts /etc/hosts

fake --key-file host_key --stall --address 10.99.1.1 --port 2522
fake --key-file host_key --address 10.99.2.1 --port 2522
mkfifo go

# shellcheck disable=SC2016 # the build's own
"${in_build[@]}" "$SHIM" --connect replicas --verbose -- sh -c '
	"$0" >in-flight.log & read -r _ <go; "$0" >later.log; wait' "$AGENT_CLIENT" 2>error.log &
shim=$!
fake_await request
ip link set to-build1 down
before=$SECONDS
echo >go
wait "$shim" || fail "the build failed: $?"
took=$((SECONDS - before))

expect_line in-flight.log '^1 5$'
expect_line later.log '^1 12$'
expect_line error.log '^ssh-shim: the link to replicas:2522 was lost: .*(timed out|No route to host)'
expect_line error.log '^ssh-shim: no keys are listed .*: the link to the daemon was lost'
expect_line error.log '^ssh-shim: the link to replicas:2522 is back$'
[ "$took" -ge 8 ] || fail "it gave the daemon up after $took s: a network that stutters would do"
[ "$took" -le 20 ] || fail "it gave the daemon up after $took s only"
