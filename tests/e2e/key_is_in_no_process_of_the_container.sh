#!/usr/bin/env bash
#
# While a container uses the key, it is in the memory, environment and command line of none of its
# processes, and not of the daemon's process that talks to the network: only the keeper has it.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

# Processes of the container whose command line has this mark. The engine's own numbers may be of
# another process namespace.
container_processes()
{
	local pid namespace=''

	for pid in $(pgrep -f -- "^ssh-shim .*$1"); do
		namespace=$(readlink "/proc/$pid/ns/pid")
	done
	[ -n "$namespace" ] && [ "$namespace" != "$(readlink /proc/self/ns/pid)" ] || return 1
	for pid in /proc/[0-9]*; do
		[ "$(readlink "$pid/ns/pid" 2>/dev/null)" != "$namespace" ] || printf '%s\n' "${pid#/proc/}"
	done
}

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0"

# It has signed, and stays. The mark is an argument, for us to know it by.
mark=mark$RANDOM$RANDOM
container_start --env SSH_SHIM_TOKEN sfa-e2e ssh-shim -- sh -c \
	"git ls-remote $REPO && echo ready && exec sleep infinity" "$mark"
container_await_log "${CONTAINERS[0]}" ^ready
git_server_saw_key a.pem.pub || fail 'no signature was made'

processes=$(container_processes "$mark") || fail 'the container was not found'
mapfile -t processes <<<"$processes"
[ "${#processes[@]}" -ge 2 ] || fail "expected the shim and its command: ${processes[*]}"
! key_is_found a.pem --process "${processes[@]}" || fail 'the key is in the container'
! key_is_found a.pem --process "$DAEMON_PID" || fail 'the key is in the front'

mapfile -t keeper < <(pgrep --parent "$DAEMON_PID")
key_is_found a.pem --process "${keeper[@]}" || fail 'the search finds nothing, even in the keeper'
daemon_stop
