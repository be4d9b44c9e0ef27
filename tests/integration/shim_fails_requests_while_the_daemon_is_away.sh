#!/usr/bin/env bash
#
# With the daemon gone for good, requests fail within seconds, and the command still ends as it likes.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

fake
mkfifo go

shim_spawn -- sh -c "echo started; read -r _ <go; '$AGENT_CLIENT' 20; exit 4" >out.log 2>error.log &
command=$!
await_line out.log started
fake_kill
await_line error.log 'was lost'
echo >go
STATUS=0
wait "$command" || STATUS=$?

expect_status 4
expect_line out.log '^20 5$'
