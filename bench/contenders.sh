# shellcheck shell=bash
#
# contenders.sh - sets up what is compared. Source director.sh before this file.
#
#   contenders_start       starts all of them; sets the variables below
#   contenders_stop
#   contenders_show_logs   the end of each log, on stderr
#
#   CONTENDERS             names, in the order of the report
#   CONTENDER_PIDS[NAME]   the host's processes on the way of its requests
#
# BENCH_BUILD says where the programs are, BENCH_DIR where files may go; `die MESSAGE` is the
# caller's. To add a contender: a function that starts it and has agent-load connect to the
# director under its name, then contender_add.

CONTENDERS=()
declare -A CONTENDER_PIDS=()

contenders_start()
{
	mkdir "$BENCH_DIR/logs"
	_make_keys
	_agent_start
	_start_direct
	_start_buildkit bk-agent default "$agent_pid"
	_start_buildkit bk-keys "default=$BENCH_DIR/ed25519,$BENCH_DIR/p256,$BENCH_DIR/rsa3072"
	if [ -x "$BENCH_BUILD/agentd/ssh-forward-agentd" ] && [ -x "$BENCH_BUILD/shim/ssh-shim" ]; then
		_daemon_start
		_start_us us-agent agent "$agent_pid"
		_start_us us-keys keys
	else
		printf 'bench: ssh-forward-agentd is not built: what follows is without us\n' >&2
	fi
}

contenders_stop()
{
	local pid

	for pid in "${contender_jobs[@]}"; do
		kill -TERM "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	contender_jobs=()
}

contenders_show_logs()
{
	local log

	for log in "$BENCH_DIR"/logs/*; do
		[ -s "$log" ] || continue
		printf -- '--- the end of the log of %s\n' "${log##*/}" >&2
		tail -n 20 "$log" >&2
	done
}

# contender_add NAME [PID...]: waits until it is ready to play.
# shellcheck disable=SC2034 # for bench/run
contender_add()
{
	local name=$1
	shift

	director_await "$name"
	CONTENDERS+=("$name")
	CONTENDER_PIDS[$name]=$*
}

contender_jobs=() # our own children, to be ended in the order in which they were started

_make_keys()
{
	ssh-keygen -q -t ed25519 -N '' -C ed25519 -f "$BENCH_DIR/ed25519"
	ssh-keygen -q -t ecdsa -b 256 -N '' -C p256 -f "$BENCH_DIR/p256"
	ssh-keygen -q -t rsa -b 3072 -N '' -C rsa3072 -f "$BENCH_DIR/rsa3072"
}

_agent_start()
{
	ssh-agent -D -a "$BENCH_DIR/agent.sock" >"$BENCH_DIR/logs/ssh-agent" 2>&1 &
	agent_pid=$!
	contender_jobs+=("$agent_pid")
	export SSH_AUTH_SOCK=$BENCH_DIR/agent.sock
	_until_true 10 'ssh-agent to answer' _agent_answers
	ssh-add -q "$BENCH_DIR/ed25519" "$BENCH_DIR/p256" "$BENCH_DIR/rsa3072"
}

# ssh-add: 0 or 1 (no keys) from an agent, 2 where there is none.
_agent_answers()
{
	local status=0

	ssh-add -l >/dev/null 2>&1 || status=$?
	[ "$status" -lt 2 ]
}

_start_direct()
{
	engine_spawn "$BENCH_BUILD/bench/agent-load" --director "$DIRECTOR_ADDRESS" --name direct \
		>"$BENCH_DIR/logs/direct" 2>&1 &
	contender_jobs+=("$!")
	contender_add direct "$agent_pid"
}

# _start_buildkit NAME SSH-SPEC [PID...]: PIDs that are on its way, besides Docker's own.
_start_buildkit()
{
	local name=$1 spec=$2 context=$BENCH_DIR/$1 client
	shift 2

	mkdir "$context"
	cp "$BENCH_BUILD/bench/agent-load" "$context/"
	cat >"$context/Dockerfile" <<-END
		FROM scratch
		COPY agent-load /
		RUN --mount=type=ssh ["/agent-load", $(_json --count-container \
			--director "$DIRECTOR_ADDRESS" --name "$name")]
	END
	_docker_build "$name" --ssh "$spec" "$context" &
	client=$!
	contender_jobs+=("$client")
	director_await "$name" # by then the client has all the children it will have
	# shellcheck disable=SC2046
	contender_add "$name" $(_dockerd_pid) $(_with_children "$client") "$@"
}

# _start_us NAME ID [PID...]: PIDs that are on its way, besides the daemon's.
_start_us()
{
	local name=$1 id=$2 context=$BENCH_DIR/$1
	shift 2

	mkdir "$context"
	_copy_program "$BENCH_BUILD/bench/agent-load" "$context/root"
	_copy_program "$BENCH_BUILD/shim/ssh-shim" "$context/root"
	cat >"$context/Dockerfile" <<-END
		FROM scratch
		COPY root/ /
		ARG SSH_SHIM_TOKEN
		RUN ["/ssh-shim", $(_json --id "$id" --connect "$daemon_address" -- /agent-load \
			--count-container --director "$DIRECTOR_ADDRESS" --name "$name")]
	END
	_docker_build "$name" --build-arg SSH_SHIM_TOKEN "$context" &
	contender_jobs+=("$!")
	# shellcheck disable=SC2046
	contender_add "$name" $(_with_children "$daemon_pid") "$@"
}

_daemon_start()
{
	local port=$((20000 + RANDOM % 10000)) line

	daemon_address=$ENGINE_GATEWAY:$port
	mkdir -m 700 "$BENCH_DIR/run"
	mkfifo "$BENCH_DIR/daemon-started"
	XDG_RUNTIME_DIR=$BENCH_DIR/run engine_spawn "$BENCH_BUILD/agentd/ssh-forward-agentd" \
		--listen "$daemon_address" --agent "agent=$BENCH_DIR/agent.sock" \
		--key "keys=$BENCH_DIR/ed25519,$BENCH_DIR/p256,$BENCH_DIR/rsa3072" \
		>"$BENCH_DIR/daemon-started" 2>"$BENCH_DIR/logs/ssh-forward-agentd" </dev/null &
	daemon_pid=$!
	contender_jobs+=("$daemon_pid")
	# Its output is the signal that every listener is up; kept open, for it may have more to say.
	exec {daemon_output}<"$BENCH_DIR/daemon-started"
	while read -r -t 30 line <&"$daemon_output"; do
		case "$line" in
		'export SSH_SHIM_TOKEN='*)
			SSH_SHIM_TOKEN=${line#*=}
			export SSH_SHIM_TOKEN=${SSH_SHIM_TOKEN%;}
			return 0
			;;
		esac
	done
	contenders_show_logs
	die 'ssh-forward-agentd did not start'
}

# In a subshell of its own, which becomes the client: $! is what to measure and to end.
_docker_build()
{
	[ -z "$ENGINE_HOST" ] || export DOCKER_HOST=$ENGINE_HOST
	DOCKER_BUILDKIT=1 exec "$ENGINE_DOCKER" build --no-cache --progress plain "${@:2}" \
		>"$BENCH_DIR/logs/$1" 2>&1 </dev/null
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

_with_children()
{
	local child

	printf '%s\n' "$1"
	for child in $(pgrep --parent "$1" || true); do
		_with_children "$child"
	done
}

# The program and the libraries that it names, for an image that has nothing of its own.
_copy_program()
{
	local program=$1 root=$2

	mkdir -p "$root"
	cp "$program" "$root/"
	{ ldd "$program" 2>/dev/null || true; } | # fails for a static program, which has none
		sed -n 's|^[^/]*\(/[^ ]*\).*|\1|p' | while read -r library; do
		install -D "$library" "$root$library"
	done
}

# The words as the inside of a JSON array; none has a quote in it.
_json()
{
	local words

	printf -v words '"%s", ' "$@"
	printf '%s' "${words%, }"
}

# _until_true SECONDS WHAT COMMAND...
_until_true()
{
	local deadline=$((SECONDS + $1)) what=$2
	shift 2

	until "$@"; do
		[ "$SECONDS" -lt "$deadline" ] || die "waited in vain for $what"
		sleep 0.05
	done
}
