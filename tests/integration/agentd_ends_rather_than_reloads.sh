#!/usr/bin/env bash
#
# A daemon that is told to end while it loads the keys of a reload, and waits for a request in flight, opens no socket
# again when they are loaded.
set -euo pipefail
. "$(dirname "$0")/../support/reload.sh"
reload_begin

# shellcheck disable=SC2016 # it is the script's own
printf '#!/bin/sh\necho asked >>askpass.log\nread -r passphrase <askpass.fifo\necho "$passphrase"\n' >askpass
chmod 700 askpass
mkfifo askpass.fifo
: >askpass.log
ssh-keygen -q -t ed25519 -N secret -f locked.pem
fake_agent 'ask stall'
conf '[id f]' "agent = $FAKE_AGENT"
SSH_ASKPASS=$PWD/askpass SSH_ASKPASS_REQUIRE=force agentd --config conf
raw_agent "$(id_socket f)" type 11 >out.log &
client=$!
await_line agent.log '^asked$'

conf '[id f]' "agent = $FAKE_AGENT" '[id locked]' 'key = locked.pem'
kill -HUP "$DAEMON_PID"
await_line askpass.log '^asked$'
kill -TERM "$DAEMON_PID"
daemon_await_log 'ending; waiting for 1 requests in flight'
echo secret >askpass.fifo &
answer=$!
# Gone with the reload, it asks no more.
until ! pgrep -P "$DAEMON_PID" sfa-keeper >/dev/null; do sleep 0.02; done
! raw_agent "$(id_socket f)" type 11 >late.log 2>&1 || fail "somebody was let in: $(cat late.log)"
expect_line late.log '^ConnectionRefusedError'
kill -TERM "$DAEMON_PID"
wait "$DAEMON_PID" || fail "it ended with $?"
DAEMON_PID=''
wait "$client" || true
kill "$answer" 2>/dev/null || true
expect_no_line "$DAEMON_LOG" ': reloaded '
daemon_expect_no_report
