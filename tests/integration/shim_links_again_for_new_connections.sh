#!/usr/bin/env bash
#
# After the daemon came back, with the same host key, new agent connections work again.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

fake --key-file host_key --port 0
port=$FAKE_PORT
mkfifo go

shim_spawn -- sh -c "'$AGENT_CLIENT' && read -r _ <go && '$AGENT_CLIENT'" >out.log 2>error.log &
command=$!
await_line out.log '^1 12$'
fake_kill
await_line error.log 'was lost'
fake --key-file host_key --port "$port"
echo >go
STATUS=0
wait "$command" || STATUS=$?

expect_status 0
expect_line error.log '^ssh-shim: the link to .* is back$'
[ "$(grep -c '^1 12$' out.log)" -eq 2 ] || fail 'not both were answered'
