# shellcheck shell=bash
#
# ours.sh - ssh-forward-agentd and ssh-shim as contenders; see contenders.sh, which is to be sourced first.
#
#   ours_start
#   daemon_for NAME ARG...    a daemon on the engine's bridge; sets daemon_pid, daemon_address, daemon_dir
#                             (its XDG_RUNTIME_DIR), and exports SSH_SHIM_TOKEN
#
# shellcheck disable=SC2154 # agent_pid, agent_socket, bench_keys, ssh_login: contenders.sh, rivals.sh

ours_start()
{
	daemon_for ours --agent "agent=$agent_socket" --key "keys=$bench_keys"
	_start_link us-agent agent "$agent_pid"
	_start_link us-keys keys
	_start_mounted mount-agent agent "$agent_pid"
	_start_mounted mount-keys keys
	_start_socket socket-agent agent "$agent_pid"
	_start_socket socket-keys keys
	_start_first_signatures
	_start_rules
}

daemon_for()
{
	local name=$1 line
	shift

	daemon_dir=$BENCH_DIR/run-$name
	mkdir -m 700 "$daemon_dir"
	mkfifo "$daemon_dir/started"
	XDG_CONFIG_HOME=$daemon_dir XDG_RUNTIME_DIR=$daemon_dir engine_spawn \
		"$BENCH_BUILD/agentd/ssh-forward-agentd" --listen "$ENGINE_GATEWAY:0" "$@" \
		>"$daemon_dir/started" 2>"$BENCH_DIR/logs/daemon-$name" </dev/null &
	daemon_pid=$!
	contender_jobs+=("$daemon_pid")
	# Its output is the signal that every listener is up; kept open, for it may have more to say.
	exec {daemon_output}<"$daemon_dir/started"
	while read -r -t 30 line <&"$daemon_output"; do
		case "$line" in
		'export SSH_SHIM_TOKEN='*)
			SSH_SHIM_TOKEN=${line#*=}
			export SSH_SHIM_TOKEN=${SSH_SHIM_TOKEN%;}
			;;
		'# Listening on '*)
			daemon_address=${line#\# Listening on }
			return 0
			;;
		esac
	done
	contenders_show_logs
	die 'ssh-forward-agentd did not start'
}

# _start_link NAME ID [PID...]: a step of a build; PIDs that are on its way, besides the daemon's.
_start_link()
{
	local name=$1 id=$2 context=$BENCH_DIR/$1 words
	shift 2

	mkdir "$context"
	mapfile -t words < <(player_words "$name")
	printf '%s\n' "FROM $BENCH_IMAGE" 'ARG SSH_SHIM_TOKEN' \
		"RUN [$(json_words /ssh-shim --id "$id" --connect "$daemon_address" -- "${words[@]}")]" \
		>"$context/Dockerfile"
	contender_docker_build "$name" --build-arg SSH_SHIM_TOKEN "$context" &
	contender_jobs+=("$!")
	# shellcheck disable=SC2046
	contender_add "$name" all $(with_children "$daemon_pid") "$@"
}

_start_mounted()
{
	local name=$1 id=$2 words
	shift 2

	mapfile -t words < <(player_words "$name")
	contender_container "$name" --volume "$daemon_dir/ssh-forward-agentd:/run/ssh-forward-agentd" -- \
		/ssh-shim --connect "unix:/run/ssh-forward-agentd/ids/$id.sock" -- "${words[@]}"
	# shellcheck disable=SC2046
	contender_add "$name" all $(with_children "$daemon_pid") "$@"
}

# The socket of an id in the container, and no shim.
_start_socket()
{
	local name=$1 id=$2
	shift 2

	rivals_mounted "$name" "$daemon_dir/ssh-forward-agentd/ids" "$id.sock"
	# shellcheck disable=SC2046
	contender_add "$name" all $(with_children "$daemon_pid") "$@"
}

# From exec of the shim, and of ssh -L for comparison, to the first signature.
_start_first_signatures()
{
	local sign='/agent-load --requests 1 --key-type ssh-ed25519'

	_start_starter first-us-keys "/ssh-shim --id keys --connect $daemon_address -- $sign" \
		--env SSH_SHIM_TOKEN --
	_start_starter first-us-agent "/ssh-shim --id agent --connect $daemon_address -- $sign" \
		--env SSH_SHIM_TOKEN --
	_start_starter first-mount-keys "/ssh-shim --connect unix:/run/ssh-forward-agentd/ids/keys.sock -- $sign" \
		--volume "$daemon_dir/ssh-forward-agentd:/run/ssh-forward-agentd" --
	cat >"$BENCH_DIR/link/first" <<-END
		#!/bin/sh
		exec /forwarded "$ssh_login" /run$agent_socket $sign
	END
	chmod 755 "$BENCH_DIR/link/first"
	_start_starter first-ssh-L /link-key/first --volume "$BENCH_DIR/link:/link-key:ro" --
}

# _start_starter NAME COMMAND DOCKER-ARG... --
_start_starter()
{
	contender_container "$1" "${@:3}" \
		/agent-load --director "$DIRECTOR_ADDRESS" --name "$1" --command "$2"
	contender_add "$1" first
}

# The same daemon four times, but for its rules and its audit log; what they cost is told from the first.
_start_rules()
{
	local name policy=$BENCH_DIR/policy

	printf '%s %s\n' bench.example "$("$BENCH_BUILD/bench/agent-load" --print-host-key)" >"$BENCH_DIR/bench_hosts"
	cat >"$policy" <<-END
		[daemon]
		known-hosts = $BENCH_DIR/bench_hosts
		[id keys]
		key = $BENCH_DIR/ed25519
		host = github.com, gitlab.com, bench.example
		user = git, deploy
		only-keys = $BENCH_DIR/ed25519.pub
		max-signatures = 100000000
		lifetime = 1d
	END
	for name in none audit policy both; do
		case $name in
		none) daemon_for rules-none --key "keys=$BENCH_DIR/ed25519" ;;
		audit) daemon_for rules-audit --key "keys=$BENCH_DIR/ed25519" --audit-log "$BENCH_DIR/audit" ;;
		policy) daemon_for rules-policy --config "$policy" ;;
		both) daemon_for rules-both --config "$policy" --audit-log "$BENCH_DIR/audit-both" ;;
		esac
		contender_container "rules-$name" --env SSH_SHIM_TOKEN -- \
			/ssh-shim --id keys --connect "$daemon_address" -- \
			/agent-load --count-container --director "$DIRECTOR_ADDRESS" --name "rules-$name"
		# shellcheck disable=SC2046
		contender_add "rules-$name" rules $(with_children "$daemon_pid")
	done
}
