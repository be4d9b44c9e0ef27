# shellcheck shell=bash
#
# engine.sh - a real Docker engine for tests, the demo and the benchmark.
#
# The engine that answers is used as it is. Where none does, root gets a private dockerd: in a
# network, mount and process namespace of its own, so its bridge, firewall rules and mounts touch
# nothing of the host, and the end of its first process is the end of all of it.
#
#   engine_start            start or find an engine; sets the variables below
#   engine_start_private BIP  one of our own whatever the host has, with this address on its bridge
#   engine_attach FILE      use an engine that another process started (see engine_save)
#   engine_save FILE        write the variables to FILE
#   engine_stop             stop a private engine; leaves the host's own alone
#   engine_docker ARG...    Debian's docker client, speaking to this engine
#   engine_in_network CMD   run CMD where the engine's bridge is (the daemon belongs there)
#   engine_spawn CMD...     the same for a background process: exec, so that $! is CMD itself
#
#   ENGINE_KIND             host | private
#   ENGINE_BRIDGE           name of the bridge that builds are attached to
#   ENGINE_GATEWAY          our address on it
#   ENGINE_PREFIX_LEN       and its prefix length, in bits
#   ENGINE_HOST             DOCKER_HOST for this engine ("" = the client's default)
#   ENGINE_PID              first process of the private engine, as the host counts ("" = host's)
#   ENGINE_DIR              its sockets and log
#
# Data roots are kept in ${SFA_CACHE}/engine-N, so that images are imported once. Each is locked by
# the engine that runs on it; a second run at the same time takes the next N.

SFA_CACHE=${SFA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ssh-forward-agent}

readonly ENGINE_DOCKER=/usr/bin/docker # Debian's, whatever else is on PATH
readonly ENGINE_DEADLINE_S=60
readonly ENGINE_SLOTS=8

# Inside the private network namespace nothing collides; the value only has to be private.
readonly ENGINE_PRIVATE_BIP=172.30.99.1/24

# shellcheck disable=SC2034 # read by those who source this file
ENGINE_KIND='' ENGINE_BRIDGE='' ENGINE_GATEWAY='' ENGINE_PREFIX_LEN=''
ENGINE_HOST='' ENGINE_PID='' ENGINE_DIR=''

engine_docker()
{
	if [ -n "$ENGINE_HOST" ]; then
		DOCKER_HOST=$ENGINE_HOST "$ENGINE_DOCKER" "$@"
	else
		"$ENGINE_DOCKER" "$@"
	fi
}

engine_in_network()
{
	if [ -n "$ENGINE_PID" ]; then
		nsenter --net="/proc/$ENGINE_PID/ns/net" -- "$@"
	else
		"$@"
	fi
}

engine_spawn()
{
	if [ -n "$ENGINE_PID" ]; then
		exec nsenter --net="/proc/$ENGINE_PID/ns/net" -- "$@"
	else
		exec "$@"
	fi
}

engine_save()
{
	local name

	for name in KIND BRIDGE GATEWAY PREFIX_LEN HOST PID DIR; do
		name=ENGINE_$name
		printf '%s=%q\n' "$name" "${!name}"
	done >"$1"
}

engine_attach()
{
	# shellcheck disable=SC1090
	. "$1"
	engine_docker info >/dev/null 2>&1
}

engine_start()
{
	[ -x "$ENGINE_DOCKER" ] || {
		printf 'engine: %s is not installed\n' "$ENGINE_DOCKER" >&2
		return 1
	}
	_engine_use_host && return 0
	[ "$(id -u)" -eq 0 ] || {
		printf 'engine: no Docker engine answers, and only root can start one\n' >&2
		return 1
	}
	engine_start_private "$ENGINE_PRIVATE_BIP"
}

engine_stop()
{
	[ "$ENGINE_KIND" = private ] || return 0
	_engine_terminate
	rm -rf -- "$ENGINE_DIR"
	ENGINE_KIND='' ENGINE_HOST='' ENGINE_PID='' ENGINE_DIR=''
}

# An engine whose bridge is not on this machine (remote, rootless, Docker Desktop) cannot be reached
# by a daemon that runs here: not ours to use.
_engine_use_host()
{
	local gateway

	[ "${SFA_PRIVATE_ENGINE:-0}" = 0 ] || return 1
	gateway=$(timeout 10 "$ENGINE_DOCKER" network inspect bridge \
		-f '{{(index .IPAM.Config 0).Gateway}}' 2>/dev/null) || return 1
	[ -n "$gateway" ] || return 1
	ENGINE_BRIDGE=$("$ENGINE_DOCKER" network inspect bridge \
		-f '{{index .Options "com.docker.network.bridge.name"}}')
	ENGINE_PREFIX_LEN=$(ip -o -4 addr show dev "$ENGINE_BRIDGE" 2>/dev/null |
		sed -n "s|.* inet ${gateway//./\\.}/\([0-9]*\) .*|\1|p")
	[ -n "$ENGINE_PREFIX_LEN" ] || return 1
	ENGINE_KIND=host ENGINE_GATEWAY=$gateway ENGINE_HOST=${DOCKER_HOST:-}
}

# shellcheck disable=SC2034 # the variables are for the caller
engine_start_private()
{
	local bip=$1 data_root lock_fd

	_engine_lock_slot || return 1
	ENGINE_DIR=$(mktemp -d "${TMPDIR:-/tmp}/sfa-engine.XXXXXX")
	mkdir -p "$data_root"
	# The lock goes with the file descriptor into the engine, and ends with its last process.
	setsid unshare --net --pid --uts --mount --propagation slave --fork --kill-child --mount-proc \
		"$BASH" -c "$_engine_init" engine-init "$data_root" "$ENGINE_DIR" \
		"$bip" </dev/null >"$ENGINE_DIR/dockerd.log" 2>&1 &
	local unshare_pid=$!

	exec {lock_fd}>&-
	ENGINE_KIND=private
	ENGINE_HOST=unix://$ENGINE_DIR/docker.sock
	ENGINE_BRIDGE=docker0
	ENGINE_GATEWAY=${bip%/*}
	ENGINE_PREFIX_LEN=${bip#*/}
	_engine_await "$unshare_pid" && return 0

	printf 'engine: the private dockerd did not start; the end of its log:\n' >&2
	tail -n 15 "$ENGINE_DIR/dockerd.log" >&2
	ENGINE_PID=${ENGINE_PID:-$unshare_pid}
	engine_stop
	return 1
}

# First process in the namespaces: reaps, and passes SIGTERM on so that containers end in order.
# shellcheck disable=SC2016
readonly _engine_init='
	hostname "engine-${3%/*}"
	ip link set lo up
	# Engines keep names of networks in there, whatever their own directories are.
	mkdir -p /run/docker
	mount -t tmpfs -o mode=755 tmpfs /run/docker
	ip route add prohibit default # there is no way out, and who tries is told so at once
	echo 0 >/proc/sys/net/ipv4/icmp_ratelimit
	dockerd --data-root "$1" --exec-root "$2/exec" --pidfile "$2/dockerd.pid" \
		--host "unix://$2/docker.sock" --bip "$3" --shutdown-timeout 5 &
	dockerd=$!
	trap "kill -TERM $dockerd" TERM
	until wait "$dockerd"; [ ! -d "/proc/$dockerd" ]; do :; done
'

# Sets data_root and lock_fd of the caller.
_engine_lock_slot()
{
	local slot

	mkdir -p "$SFA_CACHE"
	for ((slot = 0; slot < ENGINE_SLOTS; slot++)); do
		data_root=$SFA_CACHE/engine-$slot
		exec {lock_fd}>"$data_root.lock"
		flock --nonblock "$lock_fd" && return 0
		exec {lock_fd}>&-
	done
	printf 'engine: all %d data roots in %s are in use\n' "$ENGINE_SLOTS" "$SFA_CACHE" >&2
	return 1
}

_engine_await()
{
	local unshare_pid=$1 deadline=$((SECONDS + ENGINE_DEADLINE_S))

	until engine_docker info >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$deadline" ] && [ -d "/proc/$unshare_pid" ] || return 1
		sleep 0.1
	done
	ENGINE_PID=$(pgrep --parent "$unshare_pid")
}

_engine_terminate()
{
	local deadline=$((SECONDS + 20))

	[ -d "/proc/$ENGINE_PID" ] || return 0
	kill -TERM "$ENGINE_PID" 2>/dev/null || true
	while [ -d "/proc/$ENGINE_PID" ]; do
		if [ "$SECONDS" -ge "$deadline" ]; then
			kill -KILL "$ENGINE_PID" 2>/dev/null || true
			deadline=$((SECONDS + 20))
		fi
		sleep 0.1
	done
}
