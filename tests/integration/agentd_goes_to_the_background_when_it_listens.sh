#!/usr/bin/env bash
#
# eval "$(ssh-forward-agentd --fork ...)" returns when the daemon listens, with its token and process
# id in the shell; a mistake makes it fail, and leaves nothing running.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

mkdir -m 700 run
export XDG_RUNTIME_DIR=$PWD/run
key_make a.pem

output=$("$SFA_AGENTD" --fork --key a=./a.pem --listen 127.0.0.1:0 2>daemon.log)
eval "$output"
[[ $SSH_SHIM_TOKEN == sfa1_* ]] || fail "no token: $output"
[ -d "/proc/$SSH_FORWARD_AGENTD_PID" ] || fail 'no daemon'
port=$(sed -n 's/^.*listening on 127.0.0.1:\([0-9]*\)$/\1/p' daemon.log)
status=0
"$SHIM" --connect "127.0.0.1:$port" -- ssh-add -l >out.log || status=$?
kill -TERM "$SSH_FORWARD_AGENTD_PID"
await_end "$SSH_FORWARD_AGENTD_PID"
[ "$status" -eq 0 ] || fail "the shim ends with $status"
[ ! -e run/ssh-forward-agentd ] || fail 'its sockets are left'

if output=$("$SFA_AGENTD" --fork --key a=./none.pem --listen 127.0.0.1:0 2>error.log); then
	fail 'it starts without the key'
fi
[ -z "$output" ] || fail "it prints: $output"
expect_line error.log '^ssh-forward-agentd: .*none.pem'
