#!/usr/bin/env bash
#
# The step of docs/recipes/npm.md installs two private dependencies with a deploy key each.
set -euo pipefail
. "$(dirname "$0")/../support/e2e.sh"
. "$(dirname "$0")/../support/forge.sh"
. "$(dirname "$0")/../support/recipe.sh"
e2e_begin
need_program npm
forge_begin
forge_repository app library
mkdir -p app home/.ssh
forge_key home/.ssh/deploy-app app
forge_key home/.ssh/deploy-library library
# npm knows GitHub, and logs in there as git whatever package.json says.
RECIPE_NAME=git.example
recipe_read npm
user=${FORGE%@*}
printf '{"name": "x", "version": "1.0.0", "dependencies": {"app": "%s", "library": "%s"}}\n' \
	"git+ssh://$user@$RECIPE_NAME/org/app.git" "git+ssh://$user@$RECIPE_NAME/org/library.git" >app/package.json
# This machine's programs, node and npm among them.
container --volume /usr:/usr:ro --volume "$SFA_RELEASE/shim/ssh-shim:/shim/ssh-shim:ro" --volume "$PWD/app:/app" \
	--workdir /app --env SSH_SHIM_TOKEN --env PATH=/shim:/usr/bin:/bin --add-host "$RECIPE_HOST" \
	sfa-e2e sh -c "$(recipe_steps ssh-shim)" >npm.log 2>&1 || fail 'npm install failed'
expect_equal "$(cat app/node_modules/{app,library}/SECRET)" $'secret of app\nsecret of library' 'the dependencies'
daemon_stop
