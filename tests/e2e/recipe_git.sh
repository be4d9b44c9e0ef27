#!/usr/bin/env bash
#
# The steps of docs/recipes/git.md clone two repositories with a deploy key each, in an image that knows no
# host; --check names both keys before.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/forge.sh"
. "$(dirname "$0")/../support/recipe.sh"
e2e_begin
forge_begin
forge_repository app library
mkdir -p home/.ssh
forge_key home/.ssh/deploy-app app
forge_key home/.ssh/deploy-library library
recipe_read git
dockerfile 'RUN rm /etc/ssh/ssh_known_hosts' 'ARG SSH_SHIM_TOKEN' \
	'RUN ssh-shim --check git@github.com:org/library.git' \
	'RUN ! ssh-shim --check git@gitlab.com:org/library.git' \
	"RUN printf 'Host hub\n\tHostName github.com\n' >/etc/ssh/ssh_config && ssh-shim --check hub:org/library && rm /etc/ssh/ssh_config" \
	"RUN $(recipe_steps ssh-shim)"
build --add-host "$RECIPE_HOST" --build-arg SSH_SHIM_TOKEN
[ "$(grep -c 'id: library, by the repository' build.log)" -eq 2 ] || fail '--check did not name the id, by name and by alias'
expect_words build.log 'no host key of gitlab.com is known'
expect_equal "$(container "$IMAGE" cat /app/SECRET /library/SECRET)" $'secret of app\nsecret of library' 'what was cloned'
daemon_stop
