#!/usr/bin/env bash
#
# A step under USER 1000, without a home directory, clones: directory and socket are this user's.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0"
dockerfile 'ARG SSH_SHIM_TOKEN' 'RUN echo build:x:1000:1000::/nonexistent:/bin/sh >>/etc/passwd' \
	'RUN mkdir -m 1777 /src' 'USER 1000:1000' 'WORKDIR /src' "RUN ssh-shim -- git clone $REPO"

build --build-arg SSH_SHIM_TOKEN

content=$(container "$IMAGE" cat /src/repo/SECRET)
expect_equal "$content" "$GIT_SERVER_CONTENT" 'content of the repository'
daemon_stop
