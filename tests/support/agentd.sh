# shellcheck shell=bash
#
# agentd.sh - ssh-forward-agentd under test, and peers that misuse it. Includes shim.sh.
#
#   agentd_begin              first call of every test (shim_begin and more)
#   key_make FILE             an Ed25519 key
#   agentd ARG...             start the daemon on a free port of 127.0.0.1; sets PORT, CONNECT
#   agentd_plain ARG...       the same, built without sanitizers: they keep what is freed
#   fake_agent SCRIPT         start an agent at $FAKE_AGENT (fake_agent.h); what it says: agent.log
#   real_agent KEY...         start an ssh-agent with these keys at $REAL_AGENT, REAL_AGENT_PID
#   ssh_peer COMMAND...       ssh_peer.py, which is also $SSH_PEER, with $SSH_SHIM_TOKEN
#   hold NAME ID N [bound]    ssh_peer hold, in the background, until its channels are open; it says
#                             what comes of them in NAME.log; killing HOLD_PID ends it
#   hold_begin NAME ID N ...  the same, and does not wait
#   hold_ask NAME             a request on each of its channels
#   stock_ssh ARG...          OpenSSH's client, logged in with $SSH_SHIM_TOKEN
#   raw_agent ARG...          raw_agent.py, which is also $RAW_AGENT
#   expect_served [ID]        an honest build is served: a shim logs in, and signs with ID (a)
#   agent_load ARG...         bench's load generator, on $SSH_AUTH_SOCK
#   await_lines N FILE REGEX  wait until FILE has N such lines
#   await_end PID             wait until it is gone; fails when it stays
#   expect_record N NAME=VALUE...
#                             audit.log has N such lines
#   expect_output WORDS       out.log (or FILE, the second argument) is these lines and no more
#   id_socket ID              the daemon's private socket of this id
#
#   DEADLINE_S                what has not happened after so long never will

. "$(dirname "${BASH_SOURCE[0]}")/shim.sh"

readonly DEADLINE_S=20
_agentd_support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # for the tests
readonly RAW_AGENT=$_agentd_support/raw_agent.py SSH_PEER=$_agentd_support/ssh_peer.py
# shellcheck disable=SC2034
readonly JSON_LINES=$_agentd_support/json_lines.py
# shellcheck disable=SC2034
readonly HANG_DIRECTORY=$_agentd_support/hang_directory.py
# shellcheck disable=SC2034 # some are for the tests
PORT='' FAKE_AGENT='' FAKE_AGENT_PID='' REAL_AGENT='' REAL_AGENT_PID='' HOLD_PID=''
declare -A _agentd_holders

agentd_begin()
{
	need_program /usr/bin/python3
	/usr/bin/python3 -W ignore -c 'import asyncssh' 2>/dev/null ||
		skip 'python3-asyncssh is not installed'
	shim_begin
}

key_make()
{
	ssh-keygen -q -t ed25519 -N '' -C "$1" -f "$1"
}

agentd()
{
	local dir

	dir=$(mktemp -d "$PWD/d.XXX")
	daemon_start "$dir" --listen 127.0.0.1:0 "$@"
	_agentd_find_port
}

agentd_plain()
{
	SFA_AGENTD=$BUILD_DIR/tests/support/agentd_plain
	agentd "$@"
}

_agentd_find_port()
{
	PORT=$(sed -n '0,/^.*listening on 127.0.0.1:\([0-9]*\)$/s//\1/p' "$DAEMON_LOG")
	CONNECT=127.0.0.1:$PORT
}

fake_agent()
{
	FAKE_AGENT=$PWD/fake.sock
	rm -f "$FAKE_AGENT"
	: >agent.log # of the one before, who was ready, too
	"$BUILD_DIR/tests/support/fake_agent" "$FAKE_AGENT" "$1" >agent.log 2>&1 &
	# shellcheck disable=SC2034
	FAKE_AGENT_PID=$!
	await_line agent.log '^ready$'
}

real_agent()
{
	REAL_AGENT=$PWD/real.sock
	ssh-agent -D -a "$REAL_AGENT" >/dev/null 2>&1 &
	REAL_AGENT_PID=$!
	until SSH_AUTH_SOCK=$REAL_AGENT ssh-add -l >/dev/null 2>&1 || [ $? -eq 1 ]; do
		[ -d "/proc/$REAL_AGENT_PID" ] || fail 'ssh-agent did not start'
	done
	[ $# -eq 0 ] || SSH_AUTH_SOCK=$REAL_AGENT ssh-add -q "$@"
}

ssh_peer()
{
	"$SSH_PEER" "$PORT" "${SSH_SHIM_TOKEN:--}" "$@"
}

hold()
{
	hold_begin "$@"
	await_line "$1.log" '^[0-9]+ (open|refused)$'
}

hold_begin()
{
	local fd

	mkfifo "$1.fifo"
	exec {fd}<>"$1.fifo"
	_agentd_holders[$1]=$fd
	"$SSH_PEER" "$PORT" "$SSH_SHIM_TOKEN" hold "${@:2}" >"$1.log" 2>&1 <"$1.fifo" {fd}>&- &
	# shellcheck disable=SC2034 # for the tests
	HOLD_PID=$!
}

hold_ask()
{
	echo >&"${_agentd_holders[$1]}"
}

stock_ssh()
{
	# shellcheck disable=SC2016 # it is the script's own
	printf '#!/bin/sh\necho "$SSH_SHIM_TOKEN"\n' >askpass
	chmod 700 askpass
	SSH_ASKPASS=$PWD/askpass SSH_ASKPASS_REQUIRE=force ssh -F none -p "$PORT" -o LogLevel=ERROR \
		-o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no \
		-o PreferredAuthentications=password build@127.0.0.1 "$@"
}

raw_agent()
{
	"$RAW_AGENT" "$@"
}

expect_served()
{
	local reply

	reply=$(shim --id "${1:-a}" -- "$RAW_AGENT" - sign 200) || fail 'an honest build is not served'
	[ "$reply" = 14 ] || fail "an honest build gets $reply in place of a signature"
}

agent_load()
{
	"$BUILD_DIR/bench/agent-load" "$@"
}

id_socket()
{
	printf '%s/ssh-forward-agentd/ids/%s.sock\n' "$DAEMON_RUNTIME_DIR" "$1"
}

await_lines()
{
	local deadline=$((SECONDS + DEADLINE_S))

	until [ "$(grep -cE -- "$3" "$2")" -ge "$1" ]; do
		[ "$SECONDS" -lt "$deadline" ] || fail "fewer than $1 lines in $2: $3"
		sleep 0.02
	done
}

await_end()
{
	local deadline=$((SECONDS + DEADLINE_S))

	while [ -d "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; do
		[ "$SECONDS" -lt "$deadline" ] || fail "process $1 does not end"
		sleep 0.02
	done
}

expect_record()
{
	"$JSON_LINES" audit audit.log "${@:2}" >record
	[ "$(wc -l <record)" -eq "$1" ] || fail "not $1 of ${*:2} on record: $(cat audit.log)"
}

expect_output()
{
	local file=${2:-out.log}

	[ "$(cat "$file")" = "$1" ] || fail "$file is not '$1' but '$(cat "$file")'"
}
