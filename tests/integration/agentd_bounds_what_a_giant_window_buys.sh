#!/usr/bin/env bash
#
# Peers that take any amount (a window of 4 GiB) and then read nothing of their long replies: the
# daemon's memory stays small, and others are served.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

resident_kb()
{
	awk '/^VmRSS/ { print $2 }' "/proc/$DAEMON_PID/status"
}

key_make a.pem
fake_agent 'ask body=262144 again'
agentd_plain --key a=./a.pem --agent long="$FAKE_AGENT"
[ "$(ssh_peer ask long 1 window=4294967295)" = '1 12' ] || fail 'the long list does not come'
before=$(resident_kb)

mkfifo never
exec {never}<>never
for i in 1 2 3; do
	"$SSH_PEER" "$PORT" "$SSH_SHIM_TOKEN" flood long >"flood.$i.log" <&"$never" &
done
for i in 1 2 3; do
	await_line "flood.$i.log" '^flooded$'
done
expect_served
shim --id a -- "$BUILD_DIR/bench/agent-load" --connections 10 --requests 500 >load.log
grown=$(($(resident_kb) - before))
# Each has asked for 50 MiB. One reply a channel may wait, and what libssh needs besides.
[ "$grown" -lt 10000 ] || fail "it grew by $grown kB"
daemon_stop
