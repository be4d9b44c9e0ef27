# shellcheck shell=bash
#
# rivals.sh - the other ways from a container to an agent, as people use them today; see contenders.sh, which is to be
# sourced first.
#
#   rivals_start
#   rivals_mounted NAME DIR FILE    starts a player whose agent is the socket DIR/FILE of the host
#
# shellcheck disable=SC2154 # agent_pid, agent_socket, bench_keys: contenders.sh

rivals_start()
{
	_start_direct
	_start_buildkit bk-agent default "$agent_pid"
	_start_buildkit bk-keys "default=$bench_keys"
	_start_buildah
	_start_filter
	_start_ssh_forward
	_start_socat
	_start_relays
}

# The socket itself in the container.
_start_direct()
{
	rivals_mounted direct "$BENCH_DIR/agent" sock
	contender_add direct all "$agent_pid"
}

rivals_mounted()
{
	local words

	mapfile -t words < <(player_words "$1")
	contender_container "$1" --volume "$2:/agent" --env "SSH_AUTH_SOCK=/agent/$3" -- "${words[@]}"
}

# _make_step NAME IMAGE: a directory to build from, $BENCH_DIR/NAME, whose one step plays NAME's part
_make_step()
{
	local words

	mkdir "$BENCH_DIR/$1"
	mapfile -t words < <(player_words "$1")
	printf '%s\n' "FROM $2" "RUN --mount=type=ssh [$(json_words "${words[@]}")]" >"$BENCH_DIR/$1/Dockerfile"
}

# _start_buildkit NAME SSH-SPEC [PID...]: PIDs that are on its way, besides Docker's own.
_start_buildkit()
{
	local name=$1 spec=$2 client
	shift 2

	_make_step "$name" "$BENCH_IMAGE"
	contender_docker_build "$name" --ssh "$spec" "$BENCH_DIR/$name" &
	client=$!
	contender_jobs+=("$client")
	director_await "$name" # by then the client has all the children it will have
	# shellcheck disable=SC2046
	contender_add "$name" all $(_dockerd_pid) $(with_children "$client") "$@"
}

# BuildKit is part of dockerd. What runs in the step is counted inside it.
_dockerd_pid()
{
	if [ -n "$ENGINE_PID" ]; then
		pgrep --exact --parent "$ENGINE_PID" dockerd
	else
		pgrep --exact --oldest dockerd
	fi
}

# As root, in a store of its own; a step as `buildah build` runs it by default.
_start_buildah()
{
	if ! command -v buildah >/dev/null || ! command -v runc >/dev/null; then
		contender_absent buildah-agent 'buildah or runc is not installed'
		contender_absent buildah-keys 'buildah or runc is not installed'
		return 0
	fi
	mkdir "$BENCH_DIR/buildah"
	engine_docker save --output "$BENCH_DIR/buildah/image.tar" "$BENCH_IMAGE"
	(_become_buildah pull --quiet "docker-archive:$BENCH_DIR/buildah/image.tar") >"$BENCH_DIR/logs/buildah" 2>&1 || {
		contenders_show_logs
		die 'buildah could not take the image'
	}
	rm "$BENCH_DIR/buildah/image.tar"
	_start_buildah_build buildah-agent default "$agent_pid"
	_start_buildah_build buildah-keys "default=$bench_keys"
	# Of this version; OpenSSH has refused such logins since 8.8.
	contender_spare buildah-agent '^rsa' 'with RSA, signs with SHA-1 whatever it is asked for'
	contender_spare buildah-keys '^rsa' 'with RSA, signs with SHA-1 whatever it is asked for'
}

_start_buildah_build()
{
	local name=$1 spec=$2 job
	shift 2

	_make_step "$name" "localhost/$BENCH_IMAGE"
	_become_buildah build --network host --ssh "$spec" "$BENCH_DIR/$name" >"$BENCH_DIR/logs/$name" 2>&1 </dev/null &
	job=$!
	contender_jobs+=("$job")
	director_await "$name"
	# What runs in the step is counted inside it; what serves it the agent is buildah itself.
	# shellcheck disable=SC2046
	contender_add "$name" all $(with_children "$job" | _named buildah) "$@"
}

# Of the process numbers on stdin, those of the program.
_named()
{
	local pid

	while read -r pid; do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != "$1" ] || printf '%s\n' "$pid"
	done
}

# Where the engine's network is. What it mounts ends with it. In a subshell, which is replaced.
_become_buildah()
{
	local dir=$BENCH_DIR/buildah

	printf '[engine]\nruntime="runc"\ncgroup_manager="cgroupfs"\nevents_logger="file"\n' >"$dir/containers.conf"
	printf '[storage]\ndriver="%s"\ngraphroot="%s"\nrunroot="%s"\n' \
		"$(_buildah_driver)" "$dir/store" "$dir/run" >"$dir/storage.conf"
	export CONTAINERS_CONF=$dir/containers.conf CONTAINERS_STORAGE_CONF=$dir/storage.conf TMPDIR=$dir
	engine_spawn unshare --mount --propagation private buildah "$@"
}

# vfs copies the whole image for each step, but is everywhere.
_buildah_driver()
{
	local dir=$BENCH_DIR/buildah/try

	mkdir -p "$dir/l" "$dir/u" "$dir/w"
	# shellcheck disable=SC2016 # the inner shell's
	if unshare --mount sh -c 'mount -t overlay overlay -o "lowerdir=$1/l,upperdir=$1/u,workdir=$1/w" "$1/l"' - "$dir" \
		2>/dev/null; then
		printf 'overlay\n'
	else
		printf 'vfs\n'
	fi
}

_start_filter()
{
	command -v ssh-agent-filter >/dev/null || {
		contender_absent filter 'ssh-agent-filter is not installed'
		return 0
	}
	local dir=$BENCH_DIR/filter pid socket

	mkdir "$dir"
	# It makes its socket where it is started, and goes to the background.
	(cd "$dir" && exec ssh-agent-filter --comment ed25519 --comment p256 --comment rsa3072) \
		>"$dir/said" 2>"$BENCH_DIR/logs/filter" </dev/null
	pid=$(sed -n "s/^SSH_AGENT_PID='\([0-9]*\)'.*/\1/p" "$dir/said")
	socket=$(sed -n "s/^SSH_AUTH_SOCK='\([^']*\)'.*/\1/p" "$dir/said")
	[ -S "$socket" ] || die 'ssh-agent-filter did not start'
	contender_jobs+=("$pid")
	rivals_mounted filter "$dir" "${socket##*/}"
	contender_add filter all "$pid" "$agent_pid"
}

# Stock OpenSSH: ssh -L in the container, sshd on the host; both from the base image, in its tree, which
# borrows /tmp as tests/support/sshd has it.
_start_ssh_forward()
{
	local dir=$BENCH_DIR/link words

	mkdir -m 700 "$dir"
	ssh-keygen -q -t ed25519 -N '' -C '' -f "$dir/key"
	ssh-keygen -q -t ed25519 -N '' -C '' -f "$dir/host_key"
	contender_port
	sshd_address=$ENGINE_GATEWAY sshd_port=$free_port
	printf '%s\n' "ListenAddress $sshd_address" "Port $sshd_port" "HostKey $dir/host_key" \
		"AuthorizedKeysFile $dir/key.pub" 'StrictModes no' 'UsePAM no' 'PidFile none' \
		>"$dir/sshd_config"
	# shellcheck disable=SC2016 # the inner shell's
	engine_spawn unshare --mount --propagation private -- /bin/sh -ec '
		mount --rbind "$2" "$1/tmp"
		mount --rbind /dev "$1/dev"
		mount -t tmpfs -o mode=755 tmpfs "$1/run"
		mkdir "$1/run/sshd"
		mkdir -p "$1/run$2"
		mount --rbind "$2" "$1/run$2"
		exec chroot "$1" /usr/sbin/sshd -D -e -f "/run$3"' \
		sh "$(base_tree_path)" "$BENCH_DIR" "$dir/sshd_config" >"$BENCH_DIR/logs/sshd" 2>&1 </dev/null &
	sshd_pid=$!
	contender_jobs+=("$sshd_pid")
	sed -i "s|$BENCH_DIR|/run$BENCH_DIR|" "$dir/sshd_config"
	until_true 20 'sshd to listen' grep -qs 'Server listening' "$BENCH_DIR/logs/sshd"
	ssh_login="-oStrictHostKeyChecking=no -oUserKnownHostsFile=/dev/null -oLogLevel=error -p $sshd_port root@$sshd_address"
	mapfile -t words < <(player_words ssh-L)
	contender_container ssh-L --volume "$dir:/link-key:ro" -- \
		/forwarded "$ssh_login" "/run$agent_socket" "${words[@]}"
	director_await ssh-L
	contender_add ssh-L all "$sshd_pid+" "$agent_pid"
}

_start_socat()
{
	command -v socat >/dev/null || {
		contender_absent socat 'socat is not installed'
		return 0
	}
	local port words

	contender_port
	port=$free_port
	engine_spawn socat "TCP-LISTEN:$port,bind=$ENGINE_GATEWAY,fork,reuseaddr,backlog=128" \
		"UNIX-CONNECT:$agent_socket" >"$BENCH_DIR/logs/socat-host" 2>&1 </dev/null &
	contender_jobs+=("$!")
	socat_pid=$!
	mapfile -t words < <(player_words socat)
	# shellcheck disable=SC2016 # the inner shell's
	contender_container socat --env SSH_AUTH_SOCK=/tmp/agent -- /bin/sh -c '
		to=$1
		shift
		/socat UNIX-LISTEN:/tmp/agent,fork,backlog=128 "TCP:$to" &
		until [ -S /tmp/agent ]; do sleep 0.05; done
		exec "$@"' sh "$ENGINE_GATEWAY:$port" "${words[@]}"
	contender_add socat all "$socat_pid+" "$agent_pid"
}

# What ours could be at best: the same hops, and nothing done there.
_start_relays()
{
	local line

	exec {keeper_output}< <(exec "$BENCH_BUILD/bench/bench-keeper" "$BENCH_DIR/keeper.sock" \
		"keys=$bench_keys" 2>"$BENCH_DIR/logs/keeper")
	keeper_host_pid=$!
	contender_jobs+=("$keeper_host_pid")
	read -r -t 20 line <&"$keeper_output" || die 'the keeper did not start'
	_start_relay relay-agent "$agent_socket" "$agent_pid"
	_start_relay relay-keys "$BENCH_DIR/keeper.sock" "$keeper_host_pid" "${line#ready }"
}

# _start_relay NAME SOCKET PID...
_start_relay()
{
	local name=$1 socket=$2 port pid line words
	shift 2
	contender_port
	port=$free_port

	mkfifo "$BENCH_DIR/$name.ready"
	engine_spawn "$BENCH_BUILD/bench/plain_relay" "$ENGINE_GATEWAY:$port" "$socket" \
		>"$BENCH_DIR/$name.ready" 2>"$BENCH_DIR/logs/$name-host" </dev/null &
	pid=$!
	contender_jobs+=("$pid")
	read -r -t 20 line <"$BENCH_DIR/$name.ready" || die "$name: the relay did not start"
	mapfile -t words < <(player_words "$name")
	contender_container "$name" -- /plain_relay /tmp/agent "$ENGINE_GATEWAY:$port" "${words[@]}"
	contender_add "$name" all "$pid" "$@"
}
