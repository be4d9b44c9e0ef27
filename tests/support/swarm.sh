# shellcheck shell=bash
#
# swarm.sh - a Docker swarm of two nodes: two engines of our own, and a network between them.
#
# The first node is the manager. The network is a bridge beside the git server, where no engine's firewall is.
# Source e2e.sh and call e2e_begin first.
#
#   swarm_start               it ends with the test
#   swarm_on N COMMAND...     with node N, 1 or 2, in place of the engine
#   swarm_nodes COMMAND...    on each, side by side
#   swarm_cut N CONTAINER     without a word to anybody, the container on node N has no network any more
#
#   SWARM_GIT_SERVER          the git server's address on the network
#   SWARM_HOSTS, SWARM_PIDS   of nodes 1 and 2: as ENGINE_HOST and ENGINE_PID

readonly SWARM_GIT_SERVER=10.77.0.3
SWARM_HOSTS=() SWARM_PIDS=() _swarm_dirs=() _swarm_beside_git=()

swarm_start()
{
	local n

	[ "$(id -u)" -eq 0 ] || skip 'a swarm of two engines needs root (namespaces)'
	trap _swarm_end EXIT
	for n in 1 2; do
		_swarm_start_node "$n"
	done
	swarm_on 1 engine_in_network ip link add try-vxlan type vxlan id 1 dstport 4789 2>/dev/null ||
		skip 'the kernel has no vxlan, which overlay networks are made of'
	swarm_on 1 engine_in_network ip link del try-vxlan
	_swarm_connect
	swarm_on 1 engine_docker swarm init --advertise-addr 10.77.0.1 >swarm.log 2>&1 || fail 'no swarm'
	swarm_on 2 engine_docker swarm join --advertise-addr 10.77.0.2 10.77.0.1:2377 >>swarm.log 2>&1 \
		--token "$(swarm_on 1 engine_docker swarm join-token --quiet worker)" || fail 'no second node'
}

swarm_on()
{
	local node=$1 ENGINE_KIND=private ENGINE_BRIDGE=docker0
	local ENGINE_HOST=${SWARM_HOSTS[node]} ENGINE_PID=${SWARM_PIDS[node]} ENGINE_DIR=${_swarm_dirs[node]}

	"${@:2}"
}

swarm_nodes()
{
	local n jobs=() failed=0

	for n in 1 2; do
		swarm_on "$n" "$@" &
		jobs+=("$!")
	done
	for n in "${jobs[@]}"; do
		wait "$n" || failed=1
	done
	return "$failed"
}

swarm_cut()
{
	local pid in_container

	pid=$(swarm_on "$1" engine_docker inspect --format '{{.State.Pid}}' "$2")
	in_container=(nsenter --target "${SWARM_PIDS[$1]}" --mount --pid -- nsenter --net="/proc/$pid/ns/net" --)
	# shellcheck disable=SC2016 # the shell's own
	"${in_container[@]}" sh -ec '
		for link in $(ip -o link show type veth | sed "s/^[0-9]*: //; s/[@:].*//"); do
			ip link set "$link" down
		done' ||
		fail "$2 cannot be cut off"
}

_swarm_end()
{
	local status=$? n jobs=()

	for n in "${!SWARM_PIDS[@]}"; do
		swarm_on "$n" _swarm_end_node >/dev/null 2>&1 &
		jobs+=("$!")
	done
	[ ${#jobs[@]} -eq 0 ] || wait "${jobs[@]}" || true
	_swarm_network_end
	_e2e_end "$status"
}

# The data root has a next user, who wants nothing of us.
_swarm_end_node()
{
	local containers

	engine_docker swarm leave --force || true
	mapfile -t containers < <(engine_docker ps --all --quiet)
	[ ${#containers[@]} -eq 0 ] || engine_docker rm --force --volumes "${containers[@]}" || true
	engine_docker rmi --force "$IMAGE" ssh-forward-agent || true
	engine_docker system prune --force || true
	engine_stop
}

# Its data may be of a run that was interrupted.
_swarm_start_node()
{
	# shellcheck disable=SC2034 # the engine's, which are not to be those of the test
	local ENGINE_KIND ENGINE_BRIDGE ENGINE_GATEWAY ENGINE_PREFIX_LEN ENGINE_HOST ENGINE_PID ENGINE_DIR

	engine_start_private "172.30.10$1.1/24" || skip 'no Docker engine can be started'
	SWARM_HOSTS[$1]=$ENGINE_HOST SWARM_PIDS[$1]=$ENGINE_PID _swarm_dirs[$1]=$ENGINE_DIR
	engine_docker swarm leave --force >/dev/null 2>&1 || true
}

_swarm_connect()
{
	_swarm_network_end # of a run that was interrupted
	"${_swarm_beside_git[@]}" ip link add br-swarm type bridge
	"${_swarm_beside_git[@]}" ip addr add "$SWARM_GIT_SERVER/24" dev br-swarm
	"${_swarm_beside_git[@]}" ip link set br-swarm up
	_swarm_plug 1
	_swarm_plug 2
}

_swarm_network_end()
{
	_swarm_beside_git=(nsenter --net="/proc/$GIT_SERVER_PID/ns/net" --)
	"${_swarm_beside_git[@]}" ip link del br-swarm 2>/dev/null || true
}

# Its end of the cable goes with the node.
_swarm_plug()
{
	"${_swarm_beside_git[@]}" ip link add "to-node$1" type veth peer name swarm0 netns "${SWARM_PIDS[$1]}"
	"${_swarm_beside_git[@]}" ip link set "to-node$1" master br-swarm up
	swarm_on "$1" engine_in_network ip addr add "10.77.0.$1/24" dev swarm0
	swarm_on "$1" engine_in_network ip link set swarm0 up
}
