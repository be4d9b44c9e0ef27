#!/usr/bin/env bash
#
# The command behind "--" runs with a token that dies with it; the daemon ends with its status.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

mkdir -m 700 run
export XDG_RUNTIME_DIR=$PWD/run
key_make a.pem
agentd=("$SFA_AGENTD" --key a=./a.pem --listen 127.0.0.1:0 --)

status_of()
{
	local status=0

	"${agentd[@]}" "$@" >out.log 2>>log || status=$?
	printf '%s\n' "$status"
}

expect_status_of()
{
	local status

	status=$(status_of "${@:2}")
	[ "$status" -eq "$1" ] || fail "status $status, not $1: ${*:2}"
}

touch no-program
expect_status_of 0 true
expect_status_of 7 sh -c 'exit 7'
expect_status_of 255 sh -c 'exit 255'
expect_status_of 137 sh -c 'kill -KILL $$'
expect_status_of 143 sh -c 'kill -TERM $$'
expect_status_of 127 ./no-such-program
expect_status_of 126 ./no-program
expect_line log '^ssh-forward-agentd: .*cannot run ./no-such-program'

# shellcheck disable=SC2016 # for the command
expect_status_of 0 sh -c 'echo "$SSH_SHIM_TOKEN"'
grep -q '^sfa1_' out.log || fail "no token in the command's environment"
[ ! -e run/ssh-forward-agentd ] || fail 'its sockets are left'
