#!/usr/bin/env bash
#
# Started by systemd for its sockets, the daemon serves them: Unix for the default id, TCP for links; nothing in the
# place of --listen auto. It tells the service manager that it is ready, reloads and ends, and its
# command knows nothing of either.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
need_program systemd-socket-activate
agentd_begin

key_make a.pem
mkdir -m 700 run
XDG_CONFIG_HOME=$PWD XDG_RUNTIME_DIR=$PWD/run
export XDG_CONFIG_HOME XDG_RUNTIME_DIR
port=$(/usr/bin/python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')

/usr/bin/python3 "${RAW_AGENT%/*}/notify_record.py" "$PWD/notify.sock" >notify.log &
recorder=$!
await_line notify.log '^bound$'

systemd-socket-activate -l "$PWD/agent.sock" -l "127.0.0.1:$port" --fdname=agent:links \
	-E NOTIFY_SOCKET="$PWD/notify.sock" -E XDG_CONFIG_HOME -E XDG_RUNTIME_DIR \
	"$SFA_AGENTD" --key default=./a.pem >out.log 2>daemon.log &
daemon=$!
await_line daemon.log '^Listening on '
[ "$(raw_agent "$PWD/agent.sock" sign 200)" = 14 ] || fail 'the Unix socket does not sign'
await_line notify.log '^READY=1$'
expect_line out.log "^# Listening on 127.0.0.1:$port$"
[ "$(grep -c '^# Listening on ' out.log)" = 1 ] || fail "it listens elsewhere, too: $(cat out.log)"

SSH_SHIM_TOKEN=$(sed -n 's/^export SSH_SHIM_TOKEN=\(.*\);$/\1/p' out.log)
export SSH_SHIM_TOKEN
PORT=$port
ssh_peer ask default >peer.log
expect_output '1 12' peer.log

kill -HUP "$daemon"
await_line notify.log '^RELOADING=1$'
await_line notify.log '^MONOTONIC_USEC=[0-9]+$'
await_line notify.log '^STATUS=Serving; reloaded$'

kill -TERM "$daemon"
wait "$daemon" || fail "it ended with $?: $(cat daemon.log)"
await_line notify.log '^STOPPING=1$'
[ -S agent.sock ] || fail 'it removed the socket of systemd'
kill "$recorder"
rm -f agent.sock

# A descriptor that is none of those: what is wrong with which.
expect_refusal()
{
	local reason=$1 status=0

	shift
	bash -c 'export LISTEN_PID=$$; exec "$@"' - "$@" >/dev/null 2>refusal.log || status=$?
	[ "$status" -eq 1 ] || fail "status $status for: $reason"
	expect_line refusal.log "$reason"
}
daemon=("$SFA_AGENTD" --key default=./a.pem --listen 127.0.0.1:0)
LISTEN_FDS=1 expect_refusal 'descriptor 3.*it is not open' "${daemon[@]}" 3<&-
LISTEN_FDS=1 LISTEN_FDNAMES=agent expect_refusal 'descriptor 3, agent.* it is no socket' "${daemon[@]}" 3</dev/null
LISTEN_FDS=99 expect_refusal 'LISTEN_FDS=99' "${daemon[@]}"

# Of another process: not ours. And the command gets none of it.
LISTEN_FDS=1 LISTEN_PID=1 LISTEN_FDNAMES=x NOTIFY_SOCKET=/nowhere "${daemon[@]}" -- env >env.log 2>/dev/null ||
	fail 'it did not start beside the sockets of another process'
! grep -E '^(LISTEN_|NOTIFY_)' env.log || fail 'the command gets what was the daemon'\''s'
