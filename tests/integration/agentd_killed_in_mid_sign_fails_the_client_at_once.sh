#!/usr/bin/env bash
#
# The daemon killed while an agent works on a signature: the program behind the shim is told that it
# failed, at once, and nothing hangs.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

fake_agent 'ask list ask stall'
agentd --agent default="$FAKE_AGENT"

shim_spawn -- "$RAW_AGENT" - sign 200 >out.log 2>error.log &
client=$!
await_lines 3 agent.log '^asked$' # the shim's own, to list; then list and sign
kill -KILL "$DAEMON_PID"
await_end "$client"
expect_output 5
expect_line error.log '^ssh-shim: the link to .* was lost'
