#!/usr/bin/env bash
#
# Without --listen: every address of the bridges that Docker, podman and CNI make, and no other; one
# token serves all, also when its port is taken; without any bridge, loopback alone, or in a container its
# own interfaces.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

[ "$(id -u)" = 0 ] || skip 'only root may make networks'
need_program ip nsenter unshare

unshare --net sh -c 'ip link set lo up; exec sleep infinity' &
host=$!
until [ "$(cat "/proc/$host/comm")" = sleep ]; do
	sleep 0.02
done

within()
{
	nsenter --net="/proc/$host/ns/net" -- "$@"
}

engine_spawn()
{
	exec nsenter --net="/proc/$host/ns/net" -- "$@"
}

# interface NAME ADDRESS...
interface()
{
	local address

	within ip link add "$1" type veth peer name "to-${1:0:10}"
	within ip link set "to-${1:0:10}" up
	within ip link set "$1" up # which brings a link-local address with it
	for address in "${@:2}"; do
		within ip addr add "$address" dev "$1" nodad
	done
}

# What it listens on, a line each.
listening()
{
	sed -n 's/^ssh-forward-agentd: listening on \([^ ]*\).*$/\1/p' "$DAEMON_LOG" | sort
}

start()
{
	local dir

	dir=$(mktemp -d "$PWD/d.XXX")
	daemon_start "$dir" --key a=./a.pem
}

key_make a.pem
start
[ "$(listening)" = 127.0.0.1:2522 ] || fail "without bridges: $(listening)"
daemon_await_log 'no container bridge found on this host; listening on loopback only'
daemon_stop

interface eth1 192.0.2.9/24
container=podman start
[ "$(listening)" = 192.0.2.9:2522 ] || fail "in a container: $(listening)"
daemon_stop

interface docker0 172.20.0.1/16 fd20::1/64
interface br-0123456789ab 172.21.0.1/16
interface podman1 10.88.0.1/16
interface cni0 10.89.0.1/16
interface eth0 192.0.2.7/24
interface mybr-0 172.22.0.1/16
container=podman start
expected=$(printf '%s:2522\n' 10.88.0.1 10.89.0.1 172.20.0.1 172.21.0.1 '[fd20::1]' | sort)
[ "$(listening)" = "$expected" ] || fail "with bridges: $(listening)"
SSH_PEER_TO=fd20::1 within "$SSH_PEER" 2522 "$SSH_SHIM_TOKEN" ask a >out.log
expect_output '1 12'
daemon_stop

nsenter --net="/proc/$host/ns/net" -- /usr/bin/python3 -c '
import socket, time
taken = socket.socket()
taken.bind(("10.89.0.1", 2522))
taken.listen()
print("taken", flush=True)
time.sleep(60)' >taken.log &
await_line taken.log taken
start
daemon_await_log 'port 2522 is taken; taking another'
ports=$(listening | sed 's/^.*://' | sort -u)
[[ $ports =~ ^[0-9]+$ && $ports != 2522 ]] || fail "not one other port: $(listening)"
[ "$(listening | wc -l)" -eq 5 ] || fail "not all of them: $(listening)"
within "$SHIM" --connect 172.21.0.1 -- ssh-add -l >out.log || fail 'the token does not name the port'
daemon_stop
