#!/usr/bin/env bash
#
# status as text, and why there is none; --watch where there is no terminal: one after the other, also while the
# daemon is away.
set -euo pipefail
. "$(dirname "$0")/../support/agentd.sh"
agentd_begin

# shellcheck disable=SC2034 # STATUS is for expect_status
status()
{
	STATUS=0
	XDG_RUNTIME_DIR=$PWD/run "$SFA_AGENTD" status "$@" >out.log 2>error.log || STATUS=$?
}

# watch ARG...: in the background, into watch.log; WATCH_PID
watch()
{
	XDG_RUNTIME_DIR=$PWD/run "$SFA_AGENTD" status --watch=1 "$@" >watch.log 2>error.log &
	WATCH_PID=$!
}

# The runtime directory of whichever daemon runs.
start()
{
	agentd --key a=./a.pem
	ln -sfn "$DAEMON_RUNTIME_DIR" run
}

ssh-keygen -q -t ed25519 -N '' -C $'it\e]0;owned\a\xc2\x9b2J' -f a.pem
mkdir empty
ln -s empty run
status
expect_status 1
expect_line error.log '^ssh-forward-agentd: no ssh-forward-agentd of this user answers at .*/control.sock \(No such file'
status --json
expect_status 1
[ ! -s out.log ] || fail 'a document without a daemon'
for wrong in --watch=0 --watch=x --watch=3601 --no-such word; do
	status "$wrong"
	expect_status 2
	expect_line error.log 'status'
done
status --help
expect_status 0
expect_line out.log '^Usage: ssh-forward-agentd status'

start
[ "$(raw_agent "$(id_socket a)" sign 200)" = 14 ] || fail 'no signature'
[ "$(raw_agent "$(id_socket a)" type 17)" = 5 ] || fail 'not refused'
hold run a 2
until status && ! grep '^  unavailable: it does not answer$' out.log; do
	expect_status 0
done
[ ! -s error.log ] || fail "it complains: $(cat error.log)"
! LC_ALL=C grep -n '[^ -~]' out.log || fail 'a terminal might mind that'
expect_line out.log "^ssh-forward-agentd .*, pid $DAEMON_PID, up [0-9]+ s$"
expect_line out.log '^1 link, 2 agent connections, 0 requests in flight$'
expect_line out.log '^id a: key files ./a.pem$'
expect_line out.log "^  key SHA256:[^ ]* ssh-ed25519 it\\\\x1b\\]0;owned\\\\x07\\\\xc2\\\\x9b2J$"
expect_line out.log '^  1 signature \(p50 [0-9.]+ m?s, p99 .*; of that the source .*\), 0 failed, 1 refused$'
expect_line out.log '^  refused 1: a build may not change the agent$'
expect_line out.log '^  [0-9]+ +127.0.0.1:[0-9]+ +token run +2 agent connections, for [0-9]+ s$'
expect_line out.log "^  links    $CONNECT$"
if XDG_RUNTIME_DIR=$PWD/run "$SFA_AGENTD" status >/dev/full 2>error.log; then
	fail 'nothing could be written, and that is fine'
fi
expect_line error.log 'it cannot be written'

watch
await_lines 2 watch.log '^id a:'
kill -KILL "$DAEMON_PID"
await_lines 2 watch.log '^no ssh-forward-agentd of this user answers at '
expect_line watch.log '^It answered last at [0-9:]{8}\.$'
start
first=$(grep -c '^id a:' watch.log)
await_lines $((first + 1)) watch.log '^id a:'
kill -INT "$WATCH_PID" # bash has its background ignore that
kill -TERM "$WATCH_PID"
await_end "$WATCH_PID"
/usr/bin/python3 - <<-'END' || fail 'the blocks are not apart'
	blocks = open('watch.log').read().split('\n\nssh-forward-agentd ')
	assert len(blocks) >= 3 and not any(block.count('id a:') > 1 for block in blocks)
END

watch --json
await_lines 2 watch.log '^\{"version":1,'
daemon_stop
await_lines 1 watch.log '^\{"version":1,"time":"[^"]*Z","error":"no ssh-forward-agentd of this user answers at [^"]*"\}$'
kill -TERM "$WATCH_PID"
! grep -v '^{.*}$' watch.log || fail 'not a line of JSON'
