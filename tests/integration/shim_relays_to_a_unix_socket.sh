#!/usr/bin/env bash
#
# unix:PATH works without a token: the daemon's directory or a socket in it, with or without --id.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

real
unset SSH_SHIM_TOKEN
dir=$DAEMON_RUNTIME_DIR/ssh-forward-agentd

for CONNECT in "unix:$dir" "unix:$dir/agent.sock"; do
	shim_status -- ssh-add -l
	expect_status 0
	expect_line out.log the-key
	shim_status --id projecta -- "$AGENT_CLIENT" 100
	expect_status 0
	shim_status --id other -- true
	expect_status 125
	expect_line error.log 'id "other" is not offered'
done
daemon_stop
