#!/usr/bin/env bash
#
# --token-file: made for its owner alone, the same token run after run, good at any daemon that has
# the file; one that others can read is refused.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
umask 022
agentd --key a=./a.pem --token-file secret
first=$SSH_SHIM_TOKEN port=$PORT
[ "$(stat -c %a secret)" = 600 ] || fail "mode $(stat -c %a secret)"
daemon_stop

mkdir again
daemon_start "$PWD/again" --key a=./a.pem --token-file secret --listen "127.0.0.1:$port"
[ "$SSH_SHIM_TOKEN" = "$first" ] || fail 'another token'
SSH_SHIM_TOKEN=$first ssh_peer ask a >out.log
expect_output '1 12'
minted=$("$SFA_AGENTD" token --token-file secret --port "$port")
[ "$minted" = "$first" ] || fail 'token --token-file makes another'
daemon_stop

chmod 640 secret
status=0
XDG_RUNTIME_DIR=$PWD "$SFA_AGENTD" --key a=./a.pem --token-file secret --listen 127.0.0.1:0 \
	>out.log 2>error.log || status=$?
[ "$status" -eq 1 ] || fail "status $status"
expect_line error.log '^ssh-forward-agentd: --token-file secret can be read by others'
[ ! -s out.log ] || fail 'it started'
