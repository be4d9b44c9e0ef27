# shellcheck shell=bash
#
# contenders.sh - what is compared, and what all of it needs. Source director.sh, tests/support/engine.sh,
# base_image.sh, sandbox.sh and git_server.sh before this file.
#
#   contenders_start       starts all of them (rivals.sh, ours.sh); sets the variables below
#   contenders_stop
#   contenders_show_logs   the end of each log, on stderr
#
#   CONTENDERS             names, in the order of the report
#   CONTENDER_PIDS[NAME]   the host's processes on the way of its requests, as the director takes them
#   CONTENDER_GROUP[NAME]  which disciplines it plays
#   CONTENDER_SPARED[NAME] disciplines that it does not play, as a regular expression
#   CONTENDERS_ABSENT      NAME: REASON, for those that could not be had, or not for all
#
# BENCH_BUILD says where the programs are, BENCH_DIR where files may go; `die MESSAGE` is the
# caller's. To add a contender: a function that starts it and has agent-load connect to the
# director under its name, then contender_add; or contender_absent, where what it needs is not installed.

# Every container and build has this in it: Debian with git and ssh, what is measured and what measures.
readonly BENCH_IMAGE=sfa-bench

CONTENDERS=()
declare -A CONTENDER_PIDS=() CONTENDER_GROUP=() CONTENDER_SPARED=()
CONTENDERS_ABSENT=()

contender_jobs=()       # our own children, to be ended in the order in which they were started
contender_containers=() # to be removed

contenders_start()
{
	mkdir "$BENCH_DIR/logs" "$BENCH_DIR/git" "$BENCH_DIR/agent"
	chmod 711 "$BENCH_DIR" # sshd's users go through
	_make_keys
	_git_server
	_agent_start
	_image_make
	rivals_start
	ours_start
}

contenders_stop()
{
	local pid

	[ ${#contender_containers[@]} -eq 0 ] ||
		engine_docker rm --force "${contender_containers[@]}" >/dev/null 2>&1 || true
	for pid in "${contender_jobs[@]}"; do
		kill -TERM "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	contender_jobs=()
	git_server_stop
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

# contender_add NAME GROUP [PID...]: waits until it is ready to play.
# shellcheck disable=SC2034 # for bench/run
contender_add()
{
	local name=$1 group=$2
	shift 2

	director_await "$name"
	CONTENDERS+=("$name")
	CONTENDER_GROUP[$name]=$group
	CONTENDER_PIDS[$name]=$*
}

# contender_spare NAME REGEX REASON: it cannot do this, or not right.
# shellcheck disable=SC2034 # for bench/run
contender_spare()
{
	CONTENDER_SPARED[$1]=$2
	contender_absent "$1" "$3"
}

# Sets free_port: one that no other contender has.
contender_port()
{
	free_port=$((free_port + 1))
}
free_port=$((20000 + RANDOM % 10000))

contender_absent()
{
	CONTENDERS_ABSENT+=("$1: $2")
}

# The command line of the player called NAME, as words.
player_words()
{
	printf '%s\n' /agent-load --count-container --director "$DIRECTOR_ADDRESS" --name "$1" \
		--command '/clone'
}

# contender_container NAME [DOCKER-ARG...] -- COMMAND...: in the background.
contender_container()
{
	local name=$1 options=() container=sfa-bench-$$-$1

	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	contender_containers+=("$container")
	_become_docker run --rm --name "$container" "${options[@]}" "$BENCH_IMAGE" "$@" \
		>"$BENCH_DIR/logs/$name" 2>&1 </dev/null &
	contender_jobs+=("$!")
}

_make_keys()
{
	ssh-keygen -q -t ed25519 -N '' -C ed25519 -f "$BENCH_DIR/ed25519"
	ssh-keygen -q -t ecdsa -b 256 -N '' -C p256 -f "$BENCH_DIR/p256"
	ssh-keygen -q -t rsa -b 3072 -N '' -C rsa3072 -f "$BENCH_DIR/rsa3072"
	# shellcheck disable=SC2034 # for rivals.sh and ours.sh
	bench_keys=$BENCH_DIR/ed25519,$BENCH_DIR/p256,$BENCH_DIR/rsa3072
}

# What is cloned; it knows the key that ssh tries first.
_git_server()
{
	git_server_start "$BENCH_DIR/git" || die 'there is no git server to clone from'
	git_server_authorize "$BENCH_DIR/ed25519.pub"
}

_agent_start()
{
	agent_socket=$BENCH_DIR/agent/sock
	ssh-agent -D -a "$agent_socket" >"$BENCH_DIR/logs/ssh-agent" 2>&1 &
	agent_pid=$!
	contender_jobs+=("$agent_pid")
	export SSH_AUTH_SOCK=$agent_socket
	until_true 10 'ssh-agent to answer' _agent_answers
	ssh-add -q "$BENCH_DIR/ed25519" "$BENCH_DIR/p256" "$BENCH_DIR/rsa3072"
}

# ssh-add: 0 or 1 (no keys) from an agent, 2 where there is none.
_agent_answers()
{
	local status=0

	ssh-add -l >/dev/null 2>&1 || status=$?
	[ "$status" -lt 2 ]
}

_image_make()
{
	local context=$BENCH_DIR/image program

	mkdir -p "$context/root/etc/ssh"
	for program in bench/agent-load bench/plain_relay shim/ssh-shim; do
		copy_program "$BENCH_BUILD/$program" "$context/root"
	done
	! command -v socat >/dev/null || copy_program "$(command -v socat)" "$context/root"
	cp "$GIT_SERVER_KNOWN_HOSTS" "$context/root/etc/ssh/ssh_known_hosts"
	cat >"$context/root/clone" <<-END
		#!/bin/sh -e
		exec git clone -q git@$GIT_SERVER_ADDRESS:org/repo.git "\$(mktemp -d)"
	END
	# shellcheck disable=SC2016 # the inner shell's
	printf '%s\n' '#!/bin/sh -e' 'login=$1 to=$2' 'shift 2' \
		'ssh -f -N -i /link-key/key -o ExitOnForwardFailure=yes -M -S /tmp/link -L "/tmp/agent:$to" $login >/dev/null' \
		'SSH_AUTH_SOCK=/tmp/agent "$@"' 'ssh -S /tmp/link -O exit host 2>/dev/null' 'rm -f /tmp/agent' \
		>"$context/root/forwarded"
	chmod 755 "$context/root/clone" "$context/root/forwarded"
	chmod 644 "$context/root/etc/ssh/ssh_known_hosts"
	base_image_import "$BENCH_IMAGE-base" || die 'there is no base image'
	printf '%s\n' "FROM $BENCH_IMAGE-base" 'COPY root/ /' >"$context/Dockerfile"
	# Said to be there already where socat brings what Debian has, too: the same file.
	DOCKER_BUILDKIT=1 engine_docker build --quiet --tag "$BENCH_IMAGE" "$context" \
		>/dev/null 2>"$BENCH_DIR/logs/image" || {
		contenders_show_logs
		die 'the image could not be made'
	}
}

# In a subshell of its own, which becomes the client: $! is what to measure and to end.
contender_docker_build()
{
	DOCKER_BUILDKIT=1 _become_docker build --no-cache --progress plain "${@:2}" \
		>"$BENCH_DIR/logs/$1" 2>&1 </dev/null
}

_become_docker()
{
	[ -z "$ENGINE_HOST" ] || export DOCKER_HOST=$ENGINE_HOST
	exec "$ENGINE_DOCKER" "$@"
}

# with_children PID: it and all below it, one a line.
with_children()
{
	local child

	printf '%s\n' "$1"
	for child in $(pgrep --parent "$1" || true); do
		with_children "$child"
	done
}

# The program and the libraries that it names. /lib is a link in Debian's images: libraries go where it leads.
copy_program()
{
	local program=$1 root=$2 library

	mkdir -p "$root"
	cp "$program" "$root/"
	{ ldd "$program" 2>/dev/null || true; } | # fails for a static program, which has none
		sed -n 's|^[^/]*\(/[^ ]*\).*|\1|p' | while read -r library; do
		case $library in
		*/libc.so.* | */ld-linux*) ;;
		/lib/*) install -D "$library" "$root/usr$library" ;;
		*) install -D "$library" "$root$library" ;;
		esac
	done
}

# json_words WORD...: as the inside of a JSON array; none has a quote in it.
json_words()
{
	local words

	printf -v words '"%s", ' "$@"
	printf '%s' "${words%, }"
}

# until_true SECONDS WHAT COMMAND...
until_true()
{
	local deadline=$((SECONDS + $1)) what=$2
	shift 2

	until "$@"; do
		[ "$SECONDS" -lt "$deadline" ] || {
			contenders_show_logs
			die "waited in vain for $what"
		}
		sleep 0.05
	done
}
