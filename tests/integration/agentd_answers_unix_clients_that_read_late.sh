#!/usr/bin/env bash
#
# At a Unix socket, whoever asks far ahead and reads late gets every answer, and keeps nobody else waiting;
# whoever ends its side gets what it asked for.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem
socket=$(id_socket a)
[ "$(raw_agent "$socket" ahead 1000 1000)" = '1000 12' ] || fail 'not every list comes'
[ "$(raw_agent "$socket" last 200)" = 14 ] || fail 'no answer for who ended its side'
daemon_stop
