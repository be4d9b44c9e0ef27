#!/usr/bin/env bash
#
# A container as the devcontainer.json of docs/recipes/devcontainers.md describes it clones with the daemon's socket.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/page.sh"
e2e_begin
need_program jq
page_read recipes/devcontainers.md
page_block devcontainer.json >configuration

key_make a.pem
daemon --key projecta=./a.pem --listen "$ENGINE_BRIDGE:0"
mkdir .ssh
cp "$GIT_SERVER_KNOWN_HOSTS" .ssh/known_hosts
options=()
# shellcheck disable=SC2016 # the words of the page
while read -r mount; do
	mount=${mount//'${localEnv:XDG_RUNTIME_DIR}'/$DAEMON_RUNTIME_DIR}
	options+=(--mount "${mount//'${localEnv:HOME}'/$PWD}")
done < <(jq -r '.mounts[]' configuration)
while read -r variable; do
	options+=(--env "$variable")
done < <(jq -r '.containerEnv | to_entries[] | "\(.key)=\(.value)"' configuration)
command=$(jq -r .postCreateCommand configuration | sed -E "s,git@github\\.com:org/[a-z]+\\.git,$REPO,")
content=$(container "${options[@]}" sfa-e2e-base sh -c "$command && cat /app/SECRET" 2>clone.log) || fail 'could not clone'
expect_equal "$content" "$GIT_SERVER_CONTENT" 'what was cloned'
git_server_saw_key a.pem.pub || fail 'another key opened the repository'
daemon_stop
