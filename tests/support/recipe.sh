# shellcheck shell=bash
#
# recipe.sh - a page of docs/recipes, as a test executes it: in place of github.com there is the forge of
# forge.sh, and the user git is the forge's. Source e2e.sh and forge.sh, and call forge_begin first.
# shellcheck disable=SC2034 # RECIPE_HOST is for the tests
#
#   recipe_read NAME          reads the page; starts the daemon with its configuration in a home of its
#                             own, ./home, where ./home/.ssh has the keys deploy-app and deploy-library
#   recipe_steps REGEX        those steps of its Dockerfile that begin with `RUN` and match
#   RECIPE_NAME               set before recipe_read, another name for the forge than github.com
#   RECIPE_HOST               --add-host's argument that makes that name the forge

RECIPE_NAME=github.com RECIPE_HOST='' _recipe_page=''
_recipe_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/docs/recipes

recipe_read()
{
	_recipe_page=$_recipe_dir/$1.md
	RECIPE_HOST=$RECIPE_NAME:$GIT_SERVER_ADDRESS
	mkdir -p home/.config/ssh-forward-agentd
	sed "s/^$GIT_SERVER_ADDRESS /$RECIPE_NAME /" known_hosts >home/.ssh/known_hosts
	_recipe_block ini | sed "s/github\\.com/$RECIPE_NAME/g" >config
	[ -s config ] || fail "$_recipe_page has no configuration"
	HOME=$PWD/home daemon --config "$PWD/config" --listen "$ENGINE_BRIDGE:0"
}

recipe_steps()
{
	# A step that goes on in the next line is one.
	_recipe_block dockerfile | sed -e ':more' -e '/\\$/{N;s/\\\n *//;bmore' -e '}' |
		sed -n 's/^RUN //p' | grep -E -- "$1" | sed "s/git@github\\.com/${FORGE%@*}@$RECIPE_NAME/g" |
		grep . || fail "$_recipe_page has no step with $1"
}

_recipe_block()
{
	sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" "$_recipe_page" | sed '/^```/d'
}
