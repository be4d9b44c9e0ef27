# shellcheck shell=bash
#
# page.sh - what a page of docs/ has its readers paste, as a test executes it. Source e2e.sh first.
#
# Above each code block the page says who executes it: <!-- executed by e2e.NAME: LABEL -->; lint.pages sees
# to that. In place of a registry's images there is sfa-e2e-base, which has what apt-get would install; in
# place of a repository of github.com the git server's; the image app is $IMAGE.
#
#   page_read FILE           FILE is under docs/
#   page_block LABEL         the block that this test is said to execute
#   page_commands LABEL      the same, a command a line: one that goes on in the next line is one
#   page_dockerfile LABEL    the same, as ./context/Dockerfile
#   page_daemon LABEL ARG... start the daemon with the options of the block's line
#                            eval "$(ssh-forward-agentd --fork OPTIONS)", and ARG...
#   page_programs            ./bin, in front of PATH: docker, which is the engine's, and ssh-forward-agentd, which
#                            listens on its bridge besides whatever it is told
#   page_run LABEL           the commands of the block, by a shell that ends with the first that fails;
#                            their output is ./page.log

_page='' _page_test=e2e.$(basename "$0" .sh)
_page_docs=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../docs" && pwd)

page_read()
{
	_page=$_page_docs/$1
	[ -s "$_page" ] || fail "there is no page $_page"
}

page_block()
{
	awk -v "mark=<!-- executed by $_page_test: $1 -->" '
		/^```/ && is_in { exit }
		is_in { print }
		/^```/ && is_marked { is_in = 1 }
		$0 == mark { is_marked = 1 }
	' "$_page" | grep . || fail "$_page has no block that $_page_test executes as $1"
}

page_commands()
{
	page_block "$1" | page_lines
}

# Of standard input.
page_lines()
{
	sed -e ':more' -e '/\\$/{N;s/\\\n[ \t]*//;bmore' -e '}' |
		sed -E -e '/^ *(#|$)/d' -e "s/ app( |\$)/ $IMAGE\\1/g"
}

page_dockerfile()
{
	page_commands "$1" | sed -E -e '/^RUN apt-get/d' -e "s,git@github\\.com:org/[a-z]+\\.git,$REPO,g" \
		-e 's,^FROM (debian|docker)[^ ]*,FROM sfa-e2e-base,' >context/Dockerfile
}

page_daemon()
{
	local line options

	line=$(page_commands "$1" | sed -nE 's/^eval "\$\(ssh-forward-agentd --fork ?(.*)\)"$/-- \1/p')
	[ -n "$line" ] || fail "$_page: the block $1 does not start the daemon"
	read -ra options <<<"$line"
	daemon "${options[@]:1}" "${@:2}"
}

page_programs()
{
	mkdir -p bin
	printf '#!/bin/sh\nexec %s "$@"\n' "$ENGINE_DOCKER" >bin/docker
	# shellcheck disable=SC2016 # the script's own
	printf '#!/bin/sh\ncase $1 in token|ping|revoke) ;; *) set -- --known-hosts %s --listen %s:0 "$@" ;; esac\nexec %s%s "$@"\n' \
		"$GIT_SERVER_KNOWN_HOSTS" "$ENGINE_BRIDGE" \
		"${ENGINE_PID:+nsenter --net=/proc/$ENGINE_PID/ns/net -- }" "$SFA_AGENTD" >bin/ssh-forward-agentd
	chmod 755 bin/docker bin/ssh-forward-agentd
	mkdir -m 700 run
	export PATH=$PWD/bin:$PATH XDG_RUNTIME_DIR=$PWD/run XDG_CONFIG_HOME=$PWD/config
}

page_run()
{
	page_commands "$1" >"commands.$1"
	bash -ec "$(cat "commands.$1")" >page.log 2>&1 </dev/null || fail "this failed: $(cat "commands.$1")"
}
