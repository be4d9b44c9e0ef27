#!/usr/bin/env bash
#
# The completions of bash, zsh and fish load, and know every option of the programs' --help and every limit.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
cd "$(dirname "$0")/../.."

agentd=$BUILD_DIR/agentd/ssh-forward-agentd
shim=$BUILD_DIR/shim/ssh-shim
dir=packaging/completions

# What a line of --help begins with, up to what is said of it.
options_of()
{
	"$@" --help | sed -n 's/^  \(-[^ ].*\)/\1/p' | sed 's/  .*//' | grep -oE -- '--[a-z][a-z-]+' | sort -u
}

limits_of()
{
	"$agentd" --help | sed -n 's/^      \([a-z][a-z-]*\)  *[0-9][0-9]*  .*/\1/p'
}

# What bash offers after WORD..., the last of which is begun.
bash_offers()
{
	bash --norc -uc '. "$1"; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		$(complete -p "$1" | sed "s/.*-F \([^ ]*\) .*/\1/"); printf "%s\n" "${COMPREPLY[@]}"' \
		- "$dir/$1.bash" "$@"
}

fish_offers()
{
	# shellcheck disable=SC2016 # fish's
	fish --no-config -c 'source $argv[1]; complete -C "$argv[2..]"' "$dir/$1.fish" "$@" | cut -f 1
}

# expect_all WHO WORDS: each of WORDS is a line of standard input.
expect_all()
{
	local offered word

	offered=$(cat)
	[ -n "$2" ] || fail "$1: nothing to look for: has --help changed its looks?"
	for word in $2; do
		grep -qxF -- "$word" <<<"$offered" || fail "$1 does not complete $word, but: $offered"
	done
}

need_program fish zsh
for file in "$dir"/*.bash; do
	bash -n "$file" || fail "$file does not load"
done
for file in "$dir"/_*; do
	zsh -n "$file" || fail "$file does not load"
done

in_zsh()
{
	grep -oE -- '--[a-z][a-z-]+' "$dir/_$1" | sort -u
}

bash_offers ssh-shim -- | expect_all bash "$(options_of "$shim")"
bash_offers ssh-forward-agentd -- | expect_all bash "$(options_of "$agentd")"
bash_offers ssh-forward-agentd token -- | expect_all bash "$(options_of "$agentd" token)"
bash_offers ssh-forward-agentd status -- | expect_all bash "$(options_of "$agentd" status)"
bash_offers ssh-forward-agentd --limit '' | expect_all bash "$(limits_of | sed 's/$/=/')"
bash_offers ssh-forward-agentd '' | expect_all bash 'token revoke ping status'
[ -z "$(bash_offers ssh-shim -- --)" ] || fail 'options of ssh-shim are offered for the command, too'

in_zsh ssh-shim | expect_all zsh "$(options_of "$shim")"
for command in '' token status; do
	# shellcheck disable=SC2086 # none is no word
	in_zsh ssh-forward-agentd | expect_all zsh "$(options_of "$agentd" $command)"
done
grep -oE '[a-z]+(-[a-z]+)*' "$dir/_ssh-forward-agentd" | expect_all zsh "$(limits_of)"

fish_offers ssh-shim -- | expect_all fish "$(options_of "$shim")"
fish_offers ssh-forward-agentd -- | expect_all fish "$(options_of "$agentd")"
fish_offers ssh-forward-agentd token -- | expect_all fish "$(options_of "$agentd" token)"
fish_offers ssh-forward-agentd status -- | expect_all fish "$(options_of "$agentd" status)"
fish_offers ssh-forward-agentd --limit '' | expect_all fish "$(limits_of | sed 's/$/=/')"
