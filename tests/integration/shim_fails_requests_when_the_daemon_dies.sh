#!/usr/bin/env bash
#
# The daemon killed while a request is under way: the request is answered with SSH_AGENT_FAILURE (5), the
# shim says that the link is lost, and the command goes on.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

fake --stall

shim_spawn -- sh -c "'$AGENT_CLIENT'; exit 3" >out.log 2>error.log &
client=$!
fake_await request
fake_kill
STATUS=0
wait "$client" || STATUS=$?

expect_status 3
expect_line out.log '^1 5$'
expect_line error.log '^ssh-shim: the link to 127.0.0.1:[0-9]+ was lost: '
