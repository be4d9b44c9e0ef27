#!/usr/bin/env bash
#
# Half a request and no more of it: its connection is closed after request-seconds; others go on.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem --limit request-seconds=1

raw_agent "$(id_socket a)" half >unix.log &
unix=$!
ssh_peer half a >channel.log &
channel=$!
await_line unix.log '^sent$'
await_line channel.log '^sent$'
expect_served
wait "$unix" "$channel"
expect_output $'sent\nclosed' unix.log
expect_output $'sent\n1 closed' channel.log
daemon_await_log 'a request was begun and not finished in time$'
expect_served
daemon_stop
