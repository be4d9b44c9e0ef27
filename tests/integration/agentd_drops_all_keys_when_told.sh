#!/usr/bin/env bash
#
# SIGUSR1: the keys of files are gone, for the connections that are open as well; agents go on.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
key_make b.pem
real_agent b.pem
agentd --key a=./a.pem --agent r="$REAL_AGENT"
hold open a 1
hold_ask open
await_line open.log '^1 12$'
[ "$(SSH_AUTH_SOCK=$(id_socket a) ssh-add -l)" ] || fail 'there are no keys'

kill -USR1 "$DAEMON_PID"
daemon_await_log 'SIGUSR1: all keys are dropped'
! SSH_AUTH_SOCK=$(id_socket a) ssh-add -l >out.log || fail 'there are keys still'
expect_output 'The agent has no identities.'
hold_ask open
await_lines 2 open.log '^1 12$'
ssh_peer exec offer >offer.log
expect_no_line offer.log '^key a '
expect_line offer.log '^key r '
[ "$(raw_agent "$(id_socket r)" sign 200)" = 14 ] || fail 'agents do not go on'
daemon_stop
