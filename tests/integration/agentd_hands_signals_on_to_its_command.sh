#!/usr/bin/env bash
#
# SIGTERM goes to the command behind "--", whose end is the daemon's; its token is then good for
# nothing, not even at another daemon on the same port.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

mkdir -m 700 run
export XDG_RUNTIME_DIR=$PWD/run
key_make a.pem

# shellcheck disable=SC2016 # for the command
"$SFA_AGENTD" --key a=./a.pem --listen 127.0.0.1:0 -- bash -c '
	trap "echo caught; exit 9" TERM
	echo "$SSH_SHIM_TOKEN"
	while :; do sleep 0.05; done' >out.log 2>daemon.log &
pid=$!
await_line out.log '^sfa1_'
token=$(head -n 1 out.log)
port=$(sed -n 's/^.*listening on 127.0.0.1:\([0-9]*\)$/\1/p' daemon.log)
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
[ "$status" -eq 9 ] || fail "status $status, not the command's: $(cat daemon.log)"
expect_line out.log '^caught$'

mkdir d
daemon_start "$PWD/d" --key a=./a.pem --listen "127.0.0.1:$port"
"$SSH_PEER" "$port" - login "$token" >login.log
expect_line login.log '^denied: .*not one of this daemon'
daemon_stop
