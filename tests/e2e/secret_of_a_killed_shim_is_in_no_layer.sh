#!/usr/bin/env bash
#
# A shim killed with SIGKILL leaves a dangling link in the layer at most, never a secret's content; and the
# next step's shim takes the link's place, and takes it away.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

head -c 12 /dev/urandom | base64 >file
mkdir tree
cp file tree/
key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0" --secret id=file,src=file \
	--secret id=tree,src=tree
# The shell waits for the shim, which must not be PID 1: the kernel would spare it.
# shellcheck disable=SC2016 # the step's shell expands it
dockerfile 'ARG SSH_SHIM_TOKEN' \
	'RUN ssh-shim --secret file,target=/a/file --secret tree,target=/a/tree -- \
		sh -c "cat /a/file /a/tree/file >/dev/null && kill -KILL \$PPID"; test $? = 137' \
	'RUN test -L /a/file && ! test -e /a/file && ssh-shim --secret file,target=/a/file -- cat /a/file >/dev/null && ! test -L /a/file'
for BUILDER in legacy buildkit; do
	build --build-arg SSH_SHIM_TOKEN
	image_layer_tars "$IMAGE" layers 2
	tar -tvf layers/1 | grep '^l.* a/file -> ' >/dev/null || fail 'control: there is no link'
	for layer in layers/1 layers/2; do
		rm -rf unpacked
		mkdir unpacked
		tar -C unpacked -xf "$layer"
		! grep -rqF "$(cat file)" unpacked || fail "the secret is in the image ($BUILDER, $layer)"
	done
done
daemon_stop
