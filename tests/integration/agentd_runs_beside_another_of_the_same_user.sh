#!/usr/bin/env bash
#
# A second daemon of a user has a directory of its own, says where, and both serve; `token` asks the
# first; the end of one takes nothing from the other.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
key_make b.pem
agentd --key a=./a.pem

XDG_RUNTIME_DIR=$DAEMON_RUNTIME_DIR "$SFA_AGENTD" --key b=./b.pem --listen 127.0.0.1:0 \
	>second.log 2>&1 &
second_pid=$!
await_line second.log '^export SSH_FORWARD_AGENTD_PID='
second_dir=$(sed -n 's/^# Sockets to mount: //p' second.log)
expect_line second.log 'another ssh-forward-agentd of this user is running'
[ "$second_dir" != "$DAEMON_RUNTIME_DIR/ssh-forward-agentd" ] || fail 'they share a directory'
[ "$(raw_agent "$second_dir/ids/b.sock" sign 200)" = 14 ] || fail 'the second does not serve'
[ "$(raw_agent "$(id_socket a)" sign 200)" = 14 ] || fail 'the first does not serve'
SSH_SHIM_TOKEN=$(token_mint --id a) ssh_peer ask a >out.log
expect_output '1 12'

kill -TERM "$second_pid"
wait "$second_pid"
[ ! -e "$second_dir" ] || fail 'the second leaves its directory'
[ "$(raw_agent "$(id_socket a)" sign 200)" = 14 ] || fail 'the first does not serve any more'
daemon_stop
