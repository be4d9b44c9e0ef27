#!/usr/bin/env bash
#
# --trust-network lets in who is on that network, and no program on this host, from whichever of the host's
# addresses there it comes.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
[ "$(id -u)" = 0 ] || skip 'only root makes networks'
[ -n "${IN_ITS_OWN_NETWORK:-}" ] || IN_ITS_OWN_NETWORK=1 exec unshare --net "$0"
shim_begin

# ping FROM [COMMAND...]: asks for the verb "ping", without a token.
ping()
{
	local from=$1

	shift
	"$@" ssh -F none -b "$from" -o BatchMode=yes -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -p 2522 build@10.55.0.1 ping 2>>ssh.log
}

ip link set lo up
ip link add br0 type bridge
ip address add 10.55.0.1/24 dev br0
ip address add 10.55.0.254/24 dev br0
mkfifo ready
unshare --net sh -c 'echo >ready; exec sleep 60' & # the container
container=$!
read -r _ <ready
ip link add net1 type veth peer name eth0 netns "$container"
ip link set net1 master br0
ip link set net1 up
ip link set br0 up
in_container=(nsenter --net="/proc/$container/ns/net" --)
"${in_container[@]}" ip address add 10.55.0.2/24 dev eth0
"${in_container[@]}" ip link set eth0 up

ssh-keygen -q -t ed25519 -N '' -f a.pem
mkdir daemon
daemon_start "$PWD/daemon" --key a=./a.pem --listen br0 --trust-network

[ "$(ping 10.55.0.2 "${in_container[@]}")" = 'pong 1' ] || fail "not trusted: $(cat ssh.log)"
! ping 10.55.0.1 || fail 'the host got in'
! ping 10.55.0.254 || fail 'the host got in by its other address'
daemon_stop
