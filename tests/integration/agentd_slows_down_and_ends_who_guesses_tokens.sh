#!/usr/bin/env bash
#
# Three failed logins end the link, and each costs a second; others log in meanwhile.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem

begun=$(date +%s%N)
ssh_peer login wrong wronger wrongest "$SSH_SHIM_TOKEN" >login.log &
guesser=$!
daemon_await_log 'login refused'
[ "$(ssh_peer ask a)" = '1 12' ] || fail 'others cannot log in'
wait "$guesser"
[ $(($(date +%s%N) - begun)) -ge 2000000000 ] || fail 'it is not slowed down'
[ "$(grep -c '^denied: ' login.log)" -le 3 ] || fail "more than three tries: $(cat login.log)"
expect_no_line login.log '^let in'
daemon_await_log 'link ended .*: too many failed logins'
[ "$(grep -c 'login refused' "$DAEMON_LOG")" -eq 3 ] || fail 'not three tries'
daemon_stop
