#!/usr/bin/env bash
#
# docker-ssh-exec's own way, a key file at ~/.ssh/id_rsa while the command runs, is a secret with that
# target: git clones with it and no agent, and neither key nor directory is in a layer. ssh looks at the
# mode of the file, not of the link.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make deploy.pem
daemon --secret id=id_rsa,src=deploy.pem --listen "$ENGINE_BRIDGE:0"
SSH_SHIM_TOKEN=$(token_mint --secret id_rsa)
export SSH_SHIM_TOKEN

for BUILDER in legacy buildkit; do
	dockerfile 'ARG SSH_SHIM_TOKEN' \
		"RUN ssh-shim --secret id_rsa,target=~/.ssh/id_rsa,mode=0600 -- git clone $REPO"
	build --build-arg SSH_SHIM_TOKEN
	expect_secret
	rm -rf unpacked
	mkdir unpacked
	image_layer_tars "$IMAGE" layers 1
	tar -C unpacked -xf layers/1
	[ -s unpacked/repo/SECRET ] || fail 'control: the layer lacks the repository'
	[ ! -e unpacked/root/.ssh ] || fail 'the directory made for the key is in the image'
	! key_is_found deploy.pem unpacked || fail "the key is in the image: $(cat found.log)"
done
git_server_saw_key deploy.pem.pub || fail 'another key opened the repository'

dockerfile 'ARG SSH_SHIM_TOKEN' \
	"RUN ssh-shim --secret id_rsa,target=~/.ssh/id_rsa,mode=0640 -- git clone $REPO"
build_fails --build-arg SSH_SHIM_TOKEN
expect_words build.log 'UNPROTECTED PRIVATE KEY FILE'
daemon_stop
