#!/usr/bin/env bash
#
# A token with a character changed, wherever, or of another daemon, lets nobody in; the reason does
# not tell more than that.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem
token=$SSH_SHIM_TOKEN

pids=()
for place in 5 7 20 40 80 $((${#token} - 30)) $((${#token} - 2)); do
	letter=A
	[ "${token:place:1}" != A ] || letter=B
	"$SSH_PEER" "$PORT" - login "${token:0:place}$letter${token:place+1}" >"login.$place.log" &
	pids+=($!)
done
wait "${pids[@]}"
for log in login.*.log; do
	expect_line "$log" '^denied: ssh-forward-agentd: (the token is not one of this daemon.s|this is not a token);? '
	expect_no_line "$log" '^let in'
done
"$SSH_PEER" "$PORT" - login "$token" >good.log
expect_line good.log '^let in'
daemon_stop
