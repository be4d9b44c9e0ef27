#!/usr/bin/env bash
#
# The keeper stopped and then killed while it is asked: a failure for the one who waits.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

key_make a.pem
agentd --key a=./a.pem
keeper=$(pgrep -P "$DAEMON_PID")
sockets=$(find "/proc/$DAEMON_PID/fd" -lname 'socket:*' | wc -l)

kill -STOP "$keeper"
raw_agent "$(id_socket a)" type 11 >out.log &
client=$!
until [ "$(find "/proc/$DAEMON_PID/fd" -lname 'socket:*' | wc -l)" -gt "$sockets" ]; do
	sleep 0.02
done
kill -KILL "$keeper"
wait "$client"
expect_output 5
daemon_stop
