#!/usr/bin/env bash
#
# On a network that has IPv6 only.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
tiny_musl sfa-tiny-ipv6
network sfa-ipv6 --ipv6 --subnet fd20:5fa::/64 --gateway fd20:5fa::1 --opt com.docker.network.bridge.name=sfa-ipv6
container_start --network sfa-ipv6 sfa-tiny-ipv6 sleep 60
pid=$(engine_docker inspect -f '{{.State.Pid}}' "${CONTAINERS[0]}")
ns=(nsenter --target "$pid" --net --)
[ -z "$ENGINE_PID" ] || ns=(nsenter --target "$ENGINE_PID" --mount --pid -- "${ns[@]}")
"${ns[@]}" ip -4 addr flush dev eth0
[ -z "$("${ns[@]}" ip -4 addr show dev eth0)" ] || fail 'there is still IPv4'
# The kernel looks first whether somebody else has the address.
while "${ns[@]}" ip -6 addr show dev eth0 | grep tentative >/dev/null ||
	engine_in_network ip -6 addr show dev sfa-ipv6 | grep tentative >/dev/null; do
	sleep 0.1
done
daemon --key projecta=./a.pem --listen sfa-ipv6

said=$(engine_docker exec --env SSH_SHIM_TOKEN "${CONTAINERS[0]}" /ssh-shim -- /agent_client 2>shim.log) ||
	fail "$(cat shim.log)"
expect_equal "$said" $'sent\n1 12' 'what the agent answered'
daemon_await_log 'fd20:5fa'
daemon_stop
