#!/usr/bin/env bash
#
# The layer of a step under the shim lists the same files, modes and times as the layer of the
# command alone.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

# Prints a command that fills /work-$1. Its agent connection is the shim's occasion for traces.
writes()
{
	printf '%s' "sh -c 'ssh-add -l; umask 027; mkdir -p /work-$1/sub; cd /work-$1/sub; echo hi >file; \
		chmod 4751 file; ln -s file link; find .. -exec touch -h -d @1000000000 {} +; true'"
}

key_make a.pem
daemon --key projecta=./a.pem --known-hosts "$GIT_SERVER_KNOWN_HOSTS" --listen "$ENGINE_BRIDGE:0"
dockerfile 'ARG SSH_SHIM_TOKEN' "RUN $(writes 1)" "RUN ssh-shim -- $(writes 2)"
for BUILDER in legacy buildkit; do
	build --build-arg SSH_SHIM_TOKEN
	image_layers "$IMAGE" "$BUILDER" 2
	sed -i 's|work-[12]/|work/|' "$BUILDER"/*
	expect_words "$BUILDER/1" work/sub/file
	diff "$BUILDER"/1 "$BUILDER"/2 || fail "the layers differ ($BUILDER)"
done
daemon_stop
