# shellcheck shell=bash
#
# recipe.sh - a page of docs/recipes, as a test executes it: in place of github.com there is the forge of
# forge.sh, and the user git is the forge's. Source e2e.sh and forge.sh, and call forge_begin first.
# shellcheck disable=SC2034 # RECIPE_HOST is for the tests
#
#   recipe_read NAME          reads the page; starts the daemon with its configuration in a home of its
#                             own, ./home, where ./home/.ssh has the keys deploy-app and deploy-library
#   recipe_steps REGEX        those steps of its Dockerfile that begin with `RUN` and match
#   recipe_dockerfile IMAGE   ./context/Dockerfile is the page's, from that image
#   recipe_installs TOOL      the whole of the recipe of a tool that fetches org/app and org/library, each with
#                             its key, in sfa-e2e-tools: ./package is what both repositories hold (forge.sh),
#                             ./project what the build begins with, with FORGE, REV-app and REV-library
#                             for @FORGE@, @REV-app@ and @REV-library@
#   recipe_expect_secrets PATTERN  with /app/ or /library/ for NAME, this is where the image has the two SECRETs
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

recipe_dockerfile()
{
	_recipe_block dockerfile |
		sed "s/^FROM .*/FROM $1/; s/git@github\\.com/${FORGE%@*}@$RECIPE_NAME/g" >context/Dockerfile
	grep 'ssh-shim -- ' context/Dockerfile >/dev/null || fail "$_recipe_page has no step with ssh-shim"
}

recipe_installs()
{
	forge_begin
	forge_repository app library
	mkdir -p home/.ssh
	forge_key home/.ssh/deploy-app app
	forge_key home/.ssh/deploy-library library
	recipe_read "$1"
	recipe_dockerfile sfa-e2e-tools
	sed -i "s/@FORGE@/${FORGE%@*}@$RECIPE_NAME/; s/@REV-app@/$(forge_revision app)/; \
		s/@REV-library@/$(forge_revision library)/" project/*
	cp project/* context/
	build --add-host "$RECIPE_HOST" --build-arg SSH_SHIM_TOKEN
}

recipe_expect_secrets()
{
	local name

	for name in app library; do
		# shellcheck disable=SC2016 # the container's
		expect_equal "$(container "$IMAGE" sh -c 'cat $0' "${1//NAME/$name}")" "secret of $name" "what was fetched"
	done
}

_recipe_block()
{
	sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" "$_recipe_page" | sed '/^```/d'
}
