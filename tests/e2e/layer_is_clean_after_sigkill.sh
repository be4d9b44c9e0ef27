#!/usr/bin/env bash
#
# A shim, or its command, killed with SIGKILL leaves nothing in the layer either.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
daemon --key projecta=./a.pem --known-hosts "$GIT_SERVER_KNOWN_HOSTS" --listen "$ENGINE_BRIDGE:0"

# The shell waits for the shim, which must not be PID 1: the kernel would spare it. Each step makes
# one file, since of a step that makes none there is no layer.
# shellcheck disable=SC2016
dockerfile 'ARG SSH_SHIM_TOKEN' 'RUN touch -d @1000000000 /mark-1' \
	'RUN ssh-shim -- sh -c "ssh-add -l; kill -KILL \$PPID"; test $? = 137 && touch -d @1000000000 /mark-2' \
	'RUN ssh-shim -- sh -c "ssh-add -l; kill -KILL \$\$"; test $? = 137 && touch -d @1000000000 /mark-3'
build --build-arg SSH_SHIM_TOKEN
image_layers "$IMAGE" layers 3
sed -i 's/mark-[123]/mark/' layers/*

expect_words layers/1 mark
diff layers/1 layers/2 || fail 'left in the layer by a shim that was killed'
diff layers/1 layers/3 || fail 'left in the layer where the command was killed'
daemon_stop
