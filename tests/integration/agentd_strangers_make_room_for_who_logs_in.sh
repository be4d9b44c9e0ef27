#!/usr/bin/env bash
#
# Strangers who connect and never log in, and take all links there are, from one address or from many, or all of
# their address: the oldest of them give way to who does log in; who has logged in goes on.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
for limit in links links-per-address; do
	agentd --key a=./a.pem --limit $limit=3 --limit login-seconds=60
	exec {one}<>"/dev/tcp/127.0.0.1/$PORT" {two}<>"/dev/tcp/127.0.0.1/$PORT" {three}<>"/dev/tcp/127.0.0.1/$PORT"
	[ "$(ssh_peer ask a)" = '1 12' ] || fail "strangers keep all places ($limit)"
	daemon_await_log 'link ended peer=127\.0\.0\.1:[0-9]*: not logged in, and its '
	[ "$(grep -c 'not logged in, and its ' "$DAEMON_LOG")" -eq 1 ] || fail 'more than one made room'
	exec {one}>&- {two}>&- {three}>&-
	daemon_stop
done

# None of them has more than an address may have.
agentd --key a=./a.pem --limit links=9 --limit links-per-address=2 --limit login-seconds=60
hold first a 1
mkfifo never
exec {never}<>never
"$SSH_PEER" "$PORT" - silent 2 127.0.0.2 127.0.0.3 127.0.0.4 127.0.0.5 >silent.log <&"$never" &
await_line silent.log '^8 connected$'
expect_served
daemon_await_log 'not logged in, and its place is needed'
hold_ask first
await_line first.log '^1 12$'
daemon_stop
