#!/usr/bin/env bash
#
# `ssh-forward-agentd ... -- docker build` gives the build a token for just that long, and ends with
# the build's status.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
e2e_begin

run_daemon()
{
	mkdir -p -m 700 run
	(XDG_RUNTIME_DIR=$PWD/run engine_spawn "$SFA_AGENTD" --key projecta=./a.pem \
		--listen "$ENGINE_BRIDGE:0" -- "$@") >build.log 2>&1 </dev/null
}

key_make a.pem
dockerfile 'ARG SSH_SHIM_TOKEN' "RUN ssh-shim -- git clone $REPO"
export DOCKER_BUILDKIT=0

run_daemon "$ENGINE_DOCKER" build --no-cache --build-arg SSH_SHIM_TOKEN --tag "$IMAGE" context ||
	fail 'the build failed'
expect_secret

status=0
run_daemon sh -c 'exit 23' || status=$?
expect_equal "$status" 23 'exit status'
