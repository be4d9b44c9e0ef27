#!/usr/bin/env bash
#
# Against a real ssh-agent, agent-load exits 0 and reports the number of requests it was asked for:
# one connection and several, kept and made anew, lists and signatures, large and small.
#
# Usage: SCRIPT AGENT-LOAD
set -euo pipefail

# shellcheck source=tests/bench/agent.sh
. "$(dirname "$0")/agent.sh"

agent_load=$1
dir=$(mktemp -d)
test_agent_start "$dir"
trap 'test_agent_stop; rm -rf -- "$dir"' EXIT
test_agent_add "$dir" first
test_agent_add "$dir" second

expect()
{
	local expected=$1 line
	shift

	line=$("$agent_load" "$@")
	case "$line" in
	*"$expected"*) ;;
	*)
		printf 'agent-load %s\nsaid:     %s\nexpected: %s\n' "$*" "$line" "$expected" >&2
		exit 1
		;;
	esac
}

expect 'op=list key=- connections=1 requests=50 ' --op list --requests 50
expect 'op=sign key=ssh-ed25519 connections=1 requests=50 ' --requests 50 --warmup 5
expect 'connections=16 requests=50 ' --requests 50 --connections 16
expect 'connections=16 requests=7 ' --requests 7 --connections 16
expect 'connections=16 requests=50 ' --requests 50 --connections 16 --reconnect
expect 'requests=50 ' --requests 50 --key-type ssh-ed25519 --key-index 1 --data-len 1000
expect 'connections=8 requests=20 ' --requests 20 --connections 8 --data-len 250000
expect '"connections":2,"requests":10,' --requests 10 --connections 2 --json
