#!/usr/bin/env bash
#
# While a secret is on its way: a signal ends the shim as it would end a command, a daemon that dies ends it
# with 125; the command does not run, and nothing is left.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin

truncate -s 500M large
real --secret id=large,src=large --limit secret-bytes=600000000
mkdir place

# contents: what is there of secrets that are on their way, in this user's shims
contents()
{
	find /dev/shm -path '*/ssh-shim.*/secrets/0.large' -newer start 2>/dev/null
}

# begin: a shim that has received a part of the secret, and no more, since the daemon is stopped
begin()
{
	touch start
	shim_spawn --secret large,target=place/new/large -- touch ran >out.log 2>error.log &
	SHIM_PID=$!
	until [ -n "$(contents)" ]; do sleep 0.01; done
	kill -STOP "$DAEMON_PID"
	[ ! -e place/new ] || fail 'the secret was faster than the test'
}

expect_end()
{
	STATUS=0
	wait "$SHIM_PID" || STATUS=$?
	expect_status "$1"
	[ ! -e ran ] || fail 'the command ran'
	[ -z "$(find place -mindepth 1)" ] || fail 'something is left at the target'
	[ -z "$(contents)" ] || fail "something is left: $(contents)"
}

begin
kill -TERM "$SHIM_PID"
expect_end 143
kill -CONT "$DAEMON_PID"
daemon_await_log 'link closed'

begin
kill -KILL "$DAEMON_PID"
expect_end 125
expect_line error.log '^ssh-shim: the secret "large" did not arrive: the link to the daemon broke'
