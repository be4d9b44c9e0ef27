#!/usr/bin/env bash
#
# Who connects and says nothing, and who begins a key exchange and does not go on, is cut off after
# login-seconds; others are served meanwhile.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem --limit login-seconds=1

exec {silent}<>"/dev/tcp/127.0.0.1/$PORT"
exec {begun}<>"/dev/tcp/127.0.0.1/$PORT"
printf 'SSH-2.0-half-hearted\r\n' >&"$begun"
expect_served
for peer in "$silent" "$begun"; do
	timeout "$DEADLINE_S" cat <&"$peer" >words.log || fail 'the link does not end'
	grep -aq '^SSH-2.0-' words.log || fail 'this is no SSH server'
done
await_lines 2 "$DAEMON_LOG" 'not logged in within 1 s$'
[ "$(grep -c 'not logged in within 1 s$' "$DAEMON_LOG")" -eq 2 ] || fail 'it says so more than once for each'
daemon_stop
