#!/usr/bin/env bash
#
# A channel whose peer never opens its window gets no reply, and costs nobody else anything; one with
# a window of a few bytes gets its reply a few bytes at a time.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem
hold bystander a 1

[ "$(ssh_peer ask a 20 window=0 patience=1)" = '20 unanswered' ] || fail 'a reply without a window'
[ "$(ssh_peer ask a 1 window=5)" = '1 12' ] || fail 'a reply in pieces'
hold_ask bystander
await_line bystander.log '^1 12$'
daemon_stop
