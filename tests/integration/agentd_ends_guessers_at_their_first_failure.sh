#!/usr/bin/env bash
#
# Who fails to log in too often in a minute loses further links with their first failure, which is logged once; a good
# token from the same address is let in at once, and so are other addresses.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem --limit failed-logins-per-minute=3

for try in 1 2 3; do
	ssh_peer login wrong >one.$try.log 2>&1 &
done
await_lines 3 "$DAEMON_LOG" 'login refused peer=127\.0\.0\.1:'
# It has a second to wait after its failure.
SSH_PEER_FROM=127.0.0.2 ssh_peer login wrong "$SSH_SHIM_TOKEN" >other.log &
other=$!
for _ in 1 2; do
	ssh_peer login wrong wronger "$SSH_SHIM_TOKEN" >two.log 2>&1 || true
	expect_no_line two.log '^let in'
done
[ "$(grep -c 'too many logins from this address have failed' "$DAEMON_LOG")" -eq 1 ] ||
	fail "not logged once: $(cat "$DAEMON_LOG")"
expect_served
[ "$(grep -c 'login refused peer=127\.0\.0\.1:' "$DAEMON_LOG")" -eq 3 ] || fail 'more than three tries'
wait "$other"
expect_line other.log '^let in'

# None of those links is left.
await_lines 5 "$DAEMON_LOG" 'link ended peer=127\.0\.0\.1:'

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
expect_served
await_lines 2 "$DAEMON_LOG" "$ended"
[ "$(grep -c "$ended" "$DAEMON_LOG")" -eq 2 ] || fail 'not one for each made room'
daemon_stop
