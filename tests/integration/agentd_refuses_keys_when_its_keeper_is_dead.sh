#!/usr/bin/env bash
#
# The keeper killed: its ids are refused, with a clear line in the log, and offered as unavailable;
# ids of agents go on; no other keeper is started.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
key_make b.pem
real_agent b.pem
agentd --key a=./a.pem --agent r="$REAL_AGENT"
keeper=$(pgrep -P "$DAEMON_PID")
[ "$(raw_agent "$(id_socket a)" type 11)" = 12 ] || fail 'the keeper does not work'

kill -KILL "$keeper"
daemon_await_log '^ssh-forward-agentd: (error: )?the keeper has died'
[ "$(raw_agent "$(id_socket a)" type 11)" = 5 ] || fail 'keys without a keeper'
daemon_await_log 'id=a .*the keeper has died; restart ssh-forward-agentd$'
[ "$(raw_agent "$(id_socket r)" sign 200)" = 14 ] || fail 'the agent does not work'
ssh_peer exec offer >out.log
expect_line out.log '^id a keys unavailable '
expect_line out.log '^id r agent ok$'
expect_line out.log '^end$'
[ -z "$(pgrep -P "$DAEMON_PID" -f ssh-forward-agentd)" ] || fail 'there is another keeper'
daemon_stop
