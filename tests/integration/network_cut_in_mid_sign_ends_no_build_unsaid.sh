#!/usr/bin/env bash
#
# The network between daemon and build is cut while both wait for an agent. Back after five seconds: the signature that
# was made meanwhile arrives, and another after it. Never back: within half a minute the build's log says so, and
# its request is a failure.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
. "$(dirname "$0")/../support/netns.sh"
agentd_begin
netns_begin
host='' heals='' stays_cut=''

engine_spawn()
{
	exec nsenter --net="/proc/$host/ns/net" -- "$@"
}

# begin NAME ADDRESS N: a build that signs N times, in the network $NAME
begin()
{
	# shellcheck disable=SC2016 # it is the script's own
	within "${!1}" "$SHIM" --connect "$2:2522" -- \
		sh -c 'for _ in $(seq "$1"); do "$0" - sign 200; done' "$RAW_AGENT" "$3" >"$1.out" 2>"$1.err" &
}

network host
network heals
network stays_cut
wire "$host" "$heals" build0 172.31.5
wire "$host" "$stays_cut" build1 172.31.6
fake_agent 'ask list ask signal echo again'
mkdir d
daemon_start "$PWD/d" --agent default="$FAKE_AGENT" --listen 172.31.5.1:2522 --listen 172.31.6.1:2522

begin stays_cut 172.31.6.1 1
cut=$!
await_lines 3 agent.log '^asked$'
begin heals 172.31.5.1 2
healed=$!
await_lines 6 agent.log '^asked$'
within "$host" ip link set build0 down
within "$host" ip link set build1 down
since=$SECONDS
kill -USR1 "$FAKE_AGENT_PID"
daemon_await_log ' signed id=default .* peer=172\.31\.'
kill -USR1 "$FAKE_AGENT_PID"
await_lines 2 "$DAEMON_LOG" ' signed id=default '
sleep 5
[ ! -s heals.out ] || fail 'it was not cut'
within "$host" ip link set build0 up
await_line heals.out '^14$'
await_lines 8 agent.log '^asked$'
kill -USR1 "$FAKE_AGENT_PID"
wait "$healed"
expect_output $'14\n14' heals.out

wait "$cut"
took=$((SECONDS - since))
expect_output 5 stays_cut.out
expect_line stays_cut.err '^ssh-shim: the link to 172.31.6.1:2522 was lost: .*(No route to host|timed out)'
expect_line stays_cut.err '^ssh-shim: nothing was signed \(id "default"\): the link to the daemon was lost; '
[ "$took" -le 40 ] || fail "it took $took seconds"
daemon_stop
