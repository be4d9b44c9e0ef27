#!/usr/bin/env bash
#
# The step of docs/recipes/rsync.md copies a directory from a host, in an image that knows no host.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/forge.sh"
. "$(dirname "$0")/../support/recipe.sh"
e2e_begin
forge_begin
mkdir -p home/.ssh
forge_user home/.ssh/deploy-app
mkdir "/proc/$GIT_SERVER_PID/root/srv/${FORGE%@*}/data"
echo copied >"/proc/$GIT_SERVER_PID/root/srv/${FORGE%@*}/data/file"
recipe_read rsync
dockerfile 'RUN rm /etc/ssh/ssh_known_hosts' 'ARG SSH_SHIM_TOKEN' "RUN $(recipe_steps ssh-shim)"
build --add-host "$RECIPE_HOST" --build-arg SSH_SHIM_TOKEN
expect_equal "$(container "$IMAGE" cat /data/file)" copied 'the copy'
daemon_stop
