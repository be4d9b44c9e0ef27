#!/usr/bin/env bash
#
# Strangers who connect and never log in, and take all links there are, or all of their address: the oldest of them
# give way to who does log in.
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
