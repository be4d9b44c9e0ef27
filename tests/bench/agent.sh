# shellcheck shell=bash
#
# agent.sh - a real ssh-agent with throwaway keys, for the tests of agent-load.
#
#   test_agent_start DIR    starts one on DIR/agent.sock, to be stopped by test_agent_stop
#   test_agent_add DIR NAME [SSH-ADD OPTION...]   a new Ed25519 key

test_agent_start()
{
	local output

	# No one is there to confirm anything: the agent refuses what needs it.
	output=$(SSH_ASKPASS=/bin/false SSH_ASKPASS_REQUIRE=force DISPLAY='' \
		ssh-agent -s -a "$1/agent.sock")
	eval "$output" >/dev/null
}

test_agent_stop()
{
	ssh-agent -k >/dev/null
}

test_agent_add()
{
	local dir=$1 name=$2
	shift 2

	ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$dir/$name"
	ssh-add -q "$@" "$dir/$name"
}
