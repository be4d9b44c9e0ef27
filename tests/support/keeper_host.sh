# shellcheck shell=bash
#
# keeper_host.sh - a keeper and its front (keeper_host.c) for shell tests.
#
# Source it in a script that ctest runs with BUILD_DIR set. Everything happens in a temporary
# directory, which is removed at the end.

. "$(dirname "${BASH_SOURCE[0]}")/verdict.sh"

workspace=$(mktemp -d)
cd "$workspace" || exit
umask 077
front_pid=

stop_keeper()
{
	[ -n "$front_pid" ] || return 0
	kill "$front_pid" 2>/dev/null || true
	wait "$front_pid" 2>/dev/null || true
	front_pid=
}

leave_workspace()
{
	stop_keeper
	[ -z "${terminal_PID:-}" ] || kill "$terminal_PID" 2>/dev/null || true
	cd /
	rm -rf "$workspace"
}
trap leave_workspace EXIT

# start_keeper ID=FILE...: sets front_pid and keeper_pid; $SSH_AUTH_SOCK reaches the first id. The
# line that it prints when it is ready comes through a fifo, so there is nothing to wait for.
start_keeper()
{
	local word

	export SSH_AUTH_SOCK=$workspace/agent.sock
	rm -f "$SSH_AUTH_SOCK" ready
	mkfifo ready
	"$BUILD_DIR/tests/support/keeper_host_plain" "$SSH_AUTH_SOCK" "$@" >ready 2>log &
	front_pid=$!
	read -r word keeper_pid <ready || fail "the keeper did not start: $(cat log)"
	[ "$word" = ready ] || fail "unexpected: $word $keeper_pid"
}

# holds PID FILE: whether the memory of PID has the bytes of FILE.
holds()
{
	local status=0

	"$BUILD_DIR/tests/support/scan_memory" "$@" >/dev/null || status=$?
	[ "$status" -le 1 ] || fail "cannot look into process $1"
	return "$status"
}

# reverse_bytes FILE: as libcrypto keeps big numbers on most processors.
reverse_bytes()
{
	od -An -v -tx1 -w1 "$1" | tac | tr -d ' \n' | unhex
}

# Hexadecimal on stdin, bytes on stdout.
unhex()
{
	local digits

	# Not to be left to read: it fails on the missing line end, with the digits read.
	digits=$(cat)
	while [ -n "$digits" ]; do
		printf '%b' "\\x${digits:0:2}"
		digits=${digits:2}
	done
}

# expect_on_terminal TEXT: reads the coprocess "terminal" up to TEXT into $seen, byte by byte, since
# a prompt does not end with a line end.
expect_on_terminal()
{
	local c

	while [[ $seen != *"$1"* ]]; do
		# shellcheck disable=SC2154 # the coprocess is the caller's
		IFS= read -r -n 1 -d '' -t 20 c <&"${terminal[0]}" || fail "no \"$1\" after: $seen"
		seen+=$c
	done
}

need_root()
{
	[ "$(id -u)" = 0 ] || skip "only root may look into a process that is not dumpable"
}
