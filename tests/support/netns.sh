# shellcheck shell=bash
#
# netns.sh - machines with networks of their own, on this one: network namespaces. For root; verdict.sh first.
#
#   netns_begin               skips where there can be none
#   network NAME              a network namespace; $NAME is its process, a child of the test
#   within NAME-PID COMMAND   run there, in the foreground
#   wire HOST-PID GUEST-PID NAME NET   HOST gets an interface NAME with NET.1, GUEST eth0 with NET.2, and no other way out

netns_begin()
{
	[ "$(id -u)" = 0 ] || skip 'only root may make networks'
	need_program ip nsenter unshare
}

network()
{
	local pid

	unshare --net sh -c 'ip link set lo up; exec sleep infinity' &
	pid=$!
	until [ "$(cat "/proc/$pid/comm")" = sleep ]; do
		sleep 0.02
	done
	printf -v "$1" '%s' "$pid"
}

within()
{
	local pid=$1

	shift
	nsenter --net="/proc/$pid/ns/net" -- "$@"
}

wire()
{
	within "$1" ip link add "$3" type veth peer name eth0 netns "$2"
	within "$1" ip addr add "$4.1/24" dev "$3"
	within "$1" ip link set "$3" up
	within "$2" ip addr add "$4.2/24" dev eth0
	within "$2" ip link set eth0 up
	within "$2" ip route add default via "$4.1"
}
