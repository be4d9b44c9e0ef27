#!/usr/bin/env bash
#
# One and the same program works in an image of musl and busybox, and in one with nothing: root or a
# uid that nobody knows, with a read-only root, without /dev/shm.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0"
tiny_musl sfa-tiny-musl
tiny_scratch sfa-tiny-scratch

# works IMAGE ARG...: an agent answers in such a container
works()
{
	local image=$1 said

	shift
	said=$(container --env SSH_SHIM_TOKEN "$@" "$image" /ssh-shim -- /agent_client 2>shim.log) ||
		fail "in $image, $*: $(cat shim.log)"
	expect_equal "$said" $'sent\n1 12' "what the agent answered in $image, $*"
}

for image in sfa-tiny-musl sfa-tiny-scratch; do
	works "$image"
	works "$image" --read-only
	works "$image" --user 12345:54321
	works "$image" --read-only --user 12345:54321
	works "$image" --ipc none
	works "$image" --read-only --ipc none --tmpfs /run
done
works sfa-tiny-scratch --read-only --ipc none # /dev is always in memory
said=$(container --env SSH_SHIM_TOKEN sfa-tiny-musl /ssh-shim -- sh -c '/agent_client && exit 7' 2>shim.log) ||
	expect_equal "$?" 7 'status of busybox sh'
daemon_stop
