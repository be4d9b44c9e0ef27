# shellcheck shell=bash
#
# fake_ssh.sh - programs in the place of the image's ssh, which write down how they were called.
# Includes shim.sh.
#
#   fake_ssh_begin            first call of every test; puts ./image ahead on PATH, with an ssh in it
#   fake_program NAME         one more of them in ./image
#   expect_called NAME WORD...
#                             NAME was run with just these words, in ./NAME.argv; "*" at a word's end
#                             stands for anything. Takes the record away
#   expect_not_called NAME
#   word_of NAME N            the Nth of them, before expect_called takes them away
#
# Asked for -G, ssh answers as the real one. Else it ends with status 42.

. "$(dirname "${BASH_SOURCE[0]}")/shim.sh"

REAL_SSH=''

fake_ssh_begin()
{
	need_program ssh
	REAL_SSH=$(command -v ssh)
	shim_begin
	mkdir image
	PATH=$PWD/image:$PATH
	fake_program ssh
	export HOME=$PWD
}

fake_program()
{
	cat >"image/$1" <<-END
		#!/bin/sh
		if [ "\$1" = -G ]; then exec $REAL_SSH "\$@"; fi
		printf '%s\\n' "\$@" >$PWD/$1.argv
		printf '%s\\n' "\$SSH_AUTH_SOCK" >$PWD/$1.agent
		exit 42
	END
	chmod 755 "image/$1"
}

word_of()
{
	sed -n "$2p" "$1.argv"
}

expect_called()
{
	local name=$1 words word i=0

	shift
	[ -e "$name.argv" ] || fail "$name was not called"
	mapfile -t words <"$name.argv"
	rm "$name.argv"
	[ ${#words[@]} -eq $# ] || fail "$name was called with ${#words[@]} words, not $#: ${words[*]}"
	for word; do
		case $word in
		*'*') [[ ${words[i]} == "${word%'*'}"* ]] ;;
		*) [ "${words[i]}" = "$word" ] ;;
		esac || fail "$name was called with '${words[i]}', not '$word'"
		i=$((i + 1))
	done
}

expect_not_called()
{
	[ ! -e "$1.argv" ] || fail "$1 was called: $(cat "$1.argv")"
}
