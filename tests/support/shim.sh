# shellcheck shell=bash
#
# shim.sh - ssh-shim against a daemon on this machine: the real one, or fake_daemon, which does wrong
# things when told to.
#
# BUILD_DIR names the build.
#
#   shim_begin                first call of every test: a directory of its own, a clean environment
#   fake ARG...               start fake_daemon; exports SSH_SHIM_TOKEN, sets FAKE_PORT and FAKE_PID
#   fake_await WORD           read what it reports until it reports WORD
#   fake_says_nothing         it has reported nothing since
#   fake_kill                 SIGKILL
#   real ARG...               start ssh-forward-agentd on a free port of 127.0.0.1 with one key, a.pem
#   shim ARG...               ssh-shim
#   shim_spawn ARG...         the same for a background process: exec, so that $! is the shim itself
#   shim_status ARG...        the same; its status in STATUS, its output in out.log and error.log
#   await_line FILE REGEX     wait until FILE has such a line
#   expect_status STATUS, expect_line FILE REGEX, expect_no_line FILE REGEX
#
#   SHIM, AGENT_CLIENT        the programs; CONNECT: what --connect takes to reach the daemon

. "$(dirname "${BASH_SOURCE[0]}")/verdict.sh"
. "$(dirname "${BASH_SOURCE[0]}")/daemon.sh"

readonly SHIM_DEADLINE_S=20
readonly SHIM=$BUILD_DIR/shim/ssh-shim
# shellcheck disable=SC2034 # for the tests
readonly AGENT_CLIENT=$BUILD_DIR/tests/support/agent_client
SFA_AGENTD=$BUILD_DIR/agentd/ssh-forward-agentd

FAKE_PORT='' FAKE_PID='' FAKE_REPORT='' CONNECT='' STATUS=''
_shim_dir=''

# daemon.sh starts its daemon through this, in the engine's network; here there is none.
engine_spawn()
{
	exec "$@"
}

shim_begin()
{
	_shim_dir=$(mktemp -d "${TMPDIR:-/tmp}/sfa-shim.XXXXXX")
	trap _shim_end EXIT
	cd "$_shim_dir" || exit
	unset SSH_AUTH_SOCK SSH_AGENT_PID SSH_SHIM_TOKEN SSH_SHIM_CONNECT SSH_SHIM_ID
}

_shim_end()
{
	local status=$? job

	trap - EXIT
	for job in $(jobs -p); do
		kill -KILL "$job" 2>/dev/null || true
	done
	if [ "$status" -ne 0 ] && [ "$status" -ne "$SKIP_STATUS" ]; then
		tail -n 40 ./*.log daemon/log >&2 2>/dev/null || true
	fi
	cd /
	rm -rf -- "$_shim_dir"
	exit "$status"
}

fake()
{
	local word='' token

	if [ -z "$FAKE_REPORT" ]; then
		mkfifo fake.fifo
		exec {FAKE_REPORT}<>fake.fifo
	fi
	"$BUILD_DIR/tests/support/fake_daemon" "$@" >fake.fifo 2>>fake.log {FAKE_REPORT}>&- &
	FAKE_PID=$!
	# What an earlier one reported may still stand before it.
	while [ "$word" != listening ]; do
		IFS=' ' read -r -t "$SHIM_DEADLINE_S" -u "$FAKE_REPORT" word FAKE_PORT token ||
			fail "fake_daemon did not start: $(cat fake.log)"
	done
	CONNECT=127.0.0.1:$FAKE_PORT
	export SSH_SHIM_TOKEN=$token
}

fake_await()
{
	local word

	while IFS= read -r -t "$SHIM_DEADLINE_S" -u "$FAKE_REPORT" word; do
		[ "$word" != "$1" ] || return 0
	done
	fail "the daemon never saw: $1"
}

fake_says_nothing()
{
	local word

	! IFS= read -r -t 0.1 -u "$FAKE_REPORT" word || fail "the daemon saw: $word"
}

fake_kill()
{
	kill -KILL "$FAKE_PID"
	wait "$FAKE_PID" 2>/dev/null || true
}

real()
{
	mkdir -p daemon
	[ -e a.pem ] || ssh-keygen -q -t ed25519 -N '' -C the-key -f a.pem
	daemon_start "$PWD/daemon" --key projecta=./a.pem --listen 127.0.0.1:0 "$@"
	CONNECT=127.0.0.1
}

shim()
{
	"$SHIM" --connect "$CONNECT" "$@"
}

shim_spawn()
{
	exec "$SHIM" --connect "$CONNECT" "$@"
}

shim_status()
{
	STATUS=0
	shim "$@" >out.log 2>error.log || STATUS=$?
}

await_line()
{
	local deadline=$((SECONDS + SHIM_DEADLINE_S))

	until grep -qE -- "$2" "$1" 2>/dev/null; do
		[ "$SECONDS" -lt "$deadline" ] || fail "not in $1: $2"
		sleep 0.02
	done
}

expect_status()
{
	[ "$STATUS" -eq "$1" ] || fail "exit status $STATUS in place of $1"
}

expect_line()
{
	grep -qE -- "$2" "$1" || fail "not in $1: $2"
}

expect_no_line()
{
	! grep -qE -- "$2" "$1" || fail "in $1: $2"
}
