# shellcheck shell=bash
#
# sandbox.sh - a machine of its own in namespaces: root file system, network, processes.
#
# The git server lives in one; so does the demo's build step where no Docker engine can run. The
# root is an overlay over the base tree with a tmpfs on top: nothing written in it is kept, and
# with the end of its first process all of it is gone. Source engine.sh first.
#
#   sandbox_network_start           in an engine's place: a network with a bridge; sets ENGINE_*
#                                   as engine_start does, stopped by engine_stop
#   sandbox_start DIR TREE          sets SANDBOX_PID, as the host counts; DIR is the caller's, empty
#   sandbox_attach PID ADDRESS      onto the engine's bridge
#   sandbox_run PID COMMAND...      run in it, in the foreground, as root
#   sandbox_see_written PID DIR COMMAND...
#                                   run COMMAND, a program of the host, with the directory that holds
#                                   all that was written in the sandbox as last argument
#   sandbox_is_running PID DIR
#   sandbox_stop PID DIR

SANDBOX_PID=''

readonly SANDBOX_DEADLINE_S=10

sandbox_network_start()
{
	local address=172.30.99.1/24

	ENGINE_DIR=$(mktemp -d "${TMPDIR:-/tmp}/sfa-network.XXXXXX")
	# shellcheck disable=SC2016
	_sandbox_unshare "$ENGINE_DIR" --net -- '
		ip link set lo up
		ip route add prohibit default # there is no way out, and who tries is told so at once
		echo 0 >/proc/sys/net/ipv4/icmp_ratelimit
		ip link add br-sfa type bridge
		ip addr add "$1" dev br-sfa
		ip link set br-sfa up
		trap "exit 0" TERM
		printf "ready\n" >"$0/ready"
		sleep infinity &
		wait
	' "$address" || return 1
	# shellcheck disable=SC2034 # for the caller, as engine_start sets them
	ENGINE_KIND=private ENGINE_BRIDGE=br-sfa ENGINE_HOST='' ENGINE_PID=$SANDBOX_PID \
		ENGINE_GATEWAY=${address%/*} ENGINE_PREFIX_LEN=${address#*/}
}

sandbox_start()
{
	local dir=$1 tree=$2

	# shellcheck disable=SC2016
	_sandbox_unshare "$dir" --net --mount -- '
		ip link set lo up
		mkdir "$0/top" && mount -t tmpfs -o mode=755 tmpfs "$0/top"
		mkdir "$0/top/upper" "$0/top/work" "$0/top/root"
		mount -t overlay overlay "$0/top/root" \
			-o "lowerdir=$1,upperdir=$0/top/upper,workdir=$0/top/work"
		cd "$0/top/root"
		mount -t proc proc proc
		mount --rbind /dev dev
		mount -t tmpfs -o mode=1777 tmpfs dev/shm
		mount -t tmpfs -o mode=755 tmpfs run
		printf "ready\n" >"$0/ready"
		exec chroot . /bin/bash -c "exec -a \"\$0\" sleep infinity" "sandbox $0"
	' "$tree"
}

sandbox_attach()
{
	local pid=$1 address=$2 in_sandbox=(nsenter --net="/proc/$1/ns/net" --)

	engine_in_network ip link add "sfa$pid" type veth peer name eth0 netns "$pid"
	engine_in_network ip link set "sfa$pid" master "$ENGINE_BRIDGE" up
	"${in_sandbox[@]}" ip addr add "$address/$ENGINE_PREFIX_LEN" dev eth0
	"${in_sandbox[@]}" ip link set eth0 up
	"${in_sandbox[@]}" ip route add default via "$ENGINE_GATEWAY"
}

sandbox_run()
{
	local pid=$1

	shift
	nsenter --target "$pid" --mount --net --pid --root --wd -- "$@"
}

sandbox_see_written()
{
	local pid=$1 dir=$2

	shift 2
	nsenter --target "$pid" --mount -- "$@" "$dir/top/upper"
}

# The process number may be another's by now: its command line names the directory.
sandbox_is_running()
{
	grep -qsF -- "$2" "/proc/$1/cmdline"
}

sandbox_stop()
{
	local deadline=$((SECONDS + SANDBOX_DEADLINE_S))

	sandbox_is_running "$@" || return 0
	kill -KILL "$1"
	while [ -d "/proc/$1" ] && [ "$SECONDS" -lt "$deadline" ]; do
		sleep 0.02
	done
}

# _sandbox_unshare DIR FLAGS... -- SCRIPT ARGS...: runs SCRIPT (its $0 is DIR) as the first process
# of new namespaces; returns when it has written a line to DIR/ready.
_sandbox_unshare()
{
	local dir=$1 flags=() ready_fd unshare_pid answer

	shift
	while [ "$1" != -- ]; do
		flags+=("$1")
		shift
	done
	mkfifo "$dir/ready"
	setsid unshare "${flags[@]}" --pid --fork --kill-child \
		"$BASH" -ec "$2" "$dir" "${@:3}" </dev/null >"$dir/log" 2>&1 &
	unshare_pid=$!
	exec {ready_fd}<>"$dir/ready" # both ways: must not block if the script dies
	if ! read -r -t "$SANDBOX_DEADLINE_S" -u "$ready_fd" answer || [ "$answer" != ready ]; then
		printf 'sandbox: could not be made: %s\n' "$(tail -n 3 "$dir/log")" >&2
		kill -KILL "$unshare_pid" 2>/dev/null || true
		exec {ready_fd}>&-
		return 1
	fi
	exec {ready_fd}>&-
	SANDBOX_PID=$(pgrep --parent "$unshare_pid")
}
