#!/usr/bin/env bash
#
# The commands of docs/recipes/podman.md for a user without root clone: Podman and Buildah, with his daemon's
# directory mounted and without it; the key is in no layer.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/builders.sh"
. "$(dirname "$0")/../support/page.sh"
e2e_begin
builders_begin
page_read recipes/podman.md
page_dockerfile dockerfile

key_make a.pem
mkdir home/.ssh
cp "$GIT_SERVER_KNOWN_HOSTS" home/.ssh/known_hosts
user_owns a.pem home
builders_user_daemon
page_daemon start --key projecta="$PWD/a.pem" --known-hosts "$PWD/home/.ssh/known_hosts" --listen 127.0.0.1:0
token=$SSH_SHIM_TOKEN
unset SSH_SHIM_TOKEN
builders_run_page as_user mounted 2
export SSH_SHIM_TOKEN=$token
builders_run_page as_user tcp 2
git_server_saw_key a.pem.pub || fail 'another key opened the repository'
daemon_stop
