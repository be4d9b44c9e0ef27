#!/usr/bin/env bash
#
# The running keeper cannot open a file or a socket, nor run a program: trying kills it. The front,
# which has no such filter, is the control: there the same calls work.
set -euo pipefail
. "$(dirname "$0")/../support/keeper_host.sh"
need_root

inject()
{
	local status=0

	"$BUILD_DIR/tests/support/inject_syscall" "$@" || status=$?
	[ "$status" != 77 ] || skip "inject_syscall does not know this processor"
	[ "$status" = 0 ] || fail "cannot inject $2 into $1"
}

ssh-keygen -q -t ed25519 -N '' -f key

for call in open socket execve; do
	start_keeper id=key
	outcome=$(inject "$front_pid" "$call")
	case $call:$outcome in
	open:result* | socket:result* | execve:'errno 2') ;;
	*) fail "control: $call in the front gave: $outcome" ;;
	esac
	outcome=$(inject "$keeper_pid" "$call")
	[ "$outcome" = 'killed SIGSYS' ] || fail "$call in the keeper gave: $outcome"
	status=0
	wait "$front_pid" || status=$?
	[ "$status" = 3 ] || fail "the front did not see the keeper die: status $status"
	front_pid=
done
