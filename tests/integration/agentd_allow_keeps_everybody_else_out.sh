#!/usr/bin/env bash
#
# --allow: who is not of these networks is cut off before a word is said.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem --allow 127.0.0.2/32 --allow fd00::/8

exec {peer}<>"/dev/tcp/127.0.0.1/$PORT"
timeout "$DEADLINE_S" cat <&"$peer" >words.log 2>/dev/null || true
[ ! -s words.log ] || fail 'it speaks with a stranger'
daemon_await_log 'refused kind=connect .*: the address is not among those of --allow'
! ssh_peer ask a >out.log 2>&1 || fail 'a stranger is let in'
SSH_PEER_FROM=127.0.0.2 ssh_peer ask a >out.log
expect_output '1 12'
daemon_stop
