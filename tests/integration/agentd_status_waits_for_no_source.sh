#!/usr/bin/env bash
#
# An agent that hangs is said not to answer, while the others are shown with their keys; a request that waits
# for one is shown, too; and looking on takes no connection from a build, and leaves no line in the log.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
. "$(dirname "$0")/../support/status.sh"
agentd_begin

key_make a.pem
fake_agent 'ask stall'
hanging=$FAKE_AGENT
mv "$hanging" hanging.sock
fake_agent 'ask list ask stall'
stalling=$PWD/stalling.sock
mv "$FAKE_AGENT" "$stalling"
mv agent.log stalling.log
fake_agent 'ask hex=0000000105 stall'
mv "$FAKE_AGENT" refusing.sock
fake_agent 'ask body=40 stall'
agentd --key a=./a.pem --agent hanging="$PWD/hanging.sock" --agent stalling="$stalling" \
	--agent refusing="$PWD/refusing.sock" --agent lying="$FAKE_AGENT" --agent gone=/nowhere --limit upstream-per-id=2
raw_agent "$(id_socket stalling)" sign 200 >sign.log &
await_lines 2 stalling.log '^asked$'
lines=$(wc -l <"$DAEMON_LOG")

status_is 'one(ids, id="hanging")["fault"] == "it does not answer"' \
	'one(ids, id="hanging")["available"] is False and one(ids, id="hanging")["keys"] == []' \
	'one(ids, id="refusing")["fault"] == "it does not list its keys"' \
	'one(ids, id="lying")["fault"] == "the list of its keys is malformed"' \
	'one(ids, id="gone")["fault"] == "the socket of the agent is gone"' \
	'len(one(ids, id="a")["keys"]) == len(one(ids, id="stalling")["keys"]) == 1' \
	'one(ids, id="stalling")["available"] and one(ids, id="stalling")["upstream_connections"] == 1' \
	'requests_in_flight == 1' 'one(requests, id="stalling")["kind"] == "sign"' \
	'requests[0]["waits_for"] == "source"' 'requests[0]["user"] == "u" * len(requests[0]["user"])' \
	'requests[0]["key"].startswith("SHA256:")' 'requests[0]["host"] is requests[0]["namespace"] is None' \
	'requests[0]["link"] == one(local_connections, id="stalling")["link"]' 'requests[0]["ms"] > 0'
status_is_documented

# The other connection is used by who does nothing at present; nobody loses it to us.
raw_agent "$(id_socket stalling)" hold 1 >hold.log &
holder=$!
await_line hold.log '^held$'
asked=$(grep -c '^asked$' stalling.log)
status_is 'one(ids, id="stalling")["fault"] == "all connections to it are in use"' \
	'one(ids, id="stalling")["upstream_connections"] == 2'
[ "$(grep -c '^asked$' stalling.log)" -eq "$asked" ] || fail 'the agent was asked all the same'
[ -d "/proc/$holder" ] || fail 'a build lost its connection'
[ "$(wc -l <"$DAEMON_LOG")" -eq "$lines" ] || fail "it is logged: $(tail -n 3 "$DAEMON_LOG")"

# Ends at once, whoever is being asked.
XDG_RUNTIME_DIR=$DAEMON_RUNTIME_DIR "$SFA_AGENTD" status >gone.log 2>&1 &
client=$!
kill -TERM "$DAEMON_PID"
daemon_await_log 'ending; waiting for 1 requests in flight'
daemon_stop
wait "$client" || true
