#!/usr/bin/env bash
#
# A channel whose peer takes packets of a size that nobody means ends that link, where libssh would
# write for ever (docs/decisions/0003-packet-size.md); others are served as before.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem
hold bystander a 1

for size in 1 10 1023; do
	[ "$(ssh_peer ask a 1 "packet=$size")" = '1 lost' ] || fail "packets of $size bytes"
done
daemon_await_log 'link ended .*: a channel with a packet size that makes no sense$'
# libssh with the fix of CVE-2026-59843 never lets us see this one.
outcome=$(ssh_peer ask a 1 packet=0 patience=1)
[[ $outcome = '1 lost' || $outcome = '1 unanswered' ]] || fail "packets of no bytes: $outcome"
[ "$(ssh_peer ask a 2 packet=1024)" = '2 12' ] || fail 'packets of 1024 bytes'

hold_ask bystander
await_line bystander.log '^1 12$'
daemon_stop
