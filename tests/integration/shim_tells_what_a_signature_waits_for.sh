#!/usr/bin/env bash
#
# While someone at the host is asked, or an agent takes its time, the build's log says so, once for each wait;
# with --quiet nothing, and nothing where signatures come at once.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

cat >confirm <<'END'
#!/bin/sh
until [ -e "$HOME/go" ]; do sleep 0.05; done
END
chmod 700 confirm
key_make a.pem
key_make b.pem
fake_agent 'ask list ask signal echo again'
printf '%s\n' '[id a]' "key = $PWD/a.pem" 'confirm = yes' '[id b]' "key = $PWD/b.pem" \
	'[id slow]' "agent = $FAKE_AGENT" >config
HOME=$PWD SSH_ASKPASS=$PWD/confirm agentd --config config

"$SHIM" --connect "$CONNECT" --id a -- "$RAW_AGENT" - sign 200 >out.log 2>error.log &
waiting=$!
await_line error.log '^ssh-shim: waiting for confirmation on the host \(id a, user [^ ]*\)$'
# It asks again, and has nothing new to tell.
"$SHIM" --quiet --connect "$CONNECT" --id a -- "$RAW_AGENT" - sign 200 >quiet.log 2>quiet.err &
quiet=$!
"$SHIM" --connect "$CONNECT" --id slow -- "$RAW_AGENT" - sign 200 >slow.log 2>slow.err &
slow=$!
await_line slow.err '^ssh-shim: waiting for the agent on the host \(a touch of a security key\?\) \(id slow, user [^ ]*\)$'
touch go
wait "$waiting"
wait "$quiet"
kill -USR1 "$FAKE_AGENT_PID"
wait "$slow"
expect_output 14
expect_output 14 quiet.log
expect_output 14 slow.log
[ "$(wc -l <error.log)" -eq 1 ] || fail "it is told more than once: $(cat error.log)"
[ "$(wc -l <slow.err)" -eq 1 ] || fail "it is told more than once: $(cat slow.err)"
[ ! -s quiet.err ] || fail "--quiet says: $(cat quiet.err)"

shim_status --connect "$CONNECT" --id b -- "$RAW_AGENT" - sign 200
expect_status 0
expect_no_line error.log waiting
daemon_stop
