#!/usr/bin/env bash
#
# agent-load exits non-zero, and says why, when an agent answers SSH_AGENT_FAILURE (a key that wants
# a confirmation nobody gives), when it has no such key, and when there is no agent.
#
# Usage: SCRIPT AGENT-LOAD
set -euo pipefail

# shellcheck source=tests/bench/agent.sh
. "$(dirname "$0")/agent.sh"

agent_load=$1
dir=$(mktemp -d)
test_agent_start "$dir"
trap 'test_agent_stop; rm -rf -- "$dir"' EXIT
test_agent_add "$dir" unconfirmed -c

expect_failure()
{
	local expected=$1 status=0
	shift

	"$agent_load" "$@" >"$dir/stdout" 2>"$dir/stderr" || status=$?
	if [ "$status" -ne 1 ] || [ -s "$dir/stdout" ] || ! grep -qF "$expected" "$dir/stderr"; then
		printf 'agent-load %s: status %d, expected "%s", said:\n' "$*" "$status" "$expected" >&2
		cat "$dir/stdout" "$dir/stderr" >&2
		exit 1
	fi
}

expect_failure 'SSH_AGENT_FAILURE' --requests 3
expect_failure 'SSH_AGENT_FAILURE' --requests 3 --reconnect --connections 2
expect_failure 'no such key' --key-index 1
expect_failure 'no such key' --key-type ssh-rsa
SSH_AUTH_SOCK=$dir/nobody expect_failure 'No such file' --op list
