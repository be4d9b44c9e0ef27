#!/usr/bin/env bash
#
# With --optional the command runs without a daemon, with its own status, and without an agent.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

status=0
# shellcheck disable=SC2016
container sfa-e2e ssh-shim --optional --wait 0 -- \
	sh -c 'echo "agent: ${SSH_AUTH_SOCK:-none}"; exit 7' >out.log 2>&1 || status=$?

expect_equal "$status" 7 'exit status'
expect_words out.log 'agent: none' 'ssh-shim:'
