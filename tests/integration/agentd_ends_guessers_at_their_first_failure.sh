#!/usr/bin/env bash
#
# Who fails to log in too often in a minute loses further links with their first failure, which is logged once; a good
# token from the same address is let in at once, and so are other addresses.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem --limit failed-logins-per-minute=3

ssh_peer login wrong wronger wrongest "$SSH_SHIM_TOKEN" >one.log 2>&1 || true
daemon_await_log 'login refused peer=127\.0\.0\.1:'
[ "$(grep -c 'login refused' "$DAEMON_LOG")" -eq 3 ] || fail 'not three tries'
for _ in 1 2 3 4; do
	ssh_peer login wrong wronger "$SSH_SHIM_TOKEN" >two.log 2>&1 || true
	expect_no_line two.log '^let in'
done
[ "$(grep -c 'too many logins from this address have failed' "$DAEMON_LOG")" -eq 1 ] ||
	fail "not logged once: $(cat "$DAEMON_LOG")"
[ "$(ssh_peer ask a)" = '1 12' ] || fail 'a good token is kept out'
SSH_PEER_FROM=127.0.0.2 ssh_peer login wrong "$SSH_SHIM_TOKEN" >other.log
expect_line other.log '^let in'

# It keeps four links that have not logged in; the oldest gives way to the fifth, and to who logs in.
for _ in 1 2 3 4; do
	# shellcheck disable=SC2034 # held open
	exec {link}<>"/dev/tcp/127.0.0.1/$PORT"
done
ended='not logged in, and too many logins from its address have failed'
expect_no_line "$DAEMON_LOG" "$ended"
# shellcheck disable=SC2034
exec {link}<>"/dev/tcp/127.0.0.1/$PORT"
daemon_await_log "link ended peer=127\\.0\\.0\\.1:[0-9]*: $ended"
[ "$(ssh_peer ask a)" = '1 12' ] || fail 'who logs in has no place among its links'
[ "$(grep -c "$ended" "$DAEMON_LOG")" -eq 2 ] || fail 'not one for each made room'
daemon_stop
