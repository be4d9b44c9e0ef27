#!/usr/bin/env bash
#
# The man pages render without a warning, name every option of the programs' --help, and the example
# configuration is one that the daemon takes.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
cd "$(dirname "$0")/../.."
need_program scdoc groff

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

for page in docs/man/*.scd; do
	scdoc <"$page" >"$work/page" 2>"$work/errors" || fail "$page: $(cat "$work/errors")"
	[ ! -s "$work/errors" ] || fail "$page: $(cat "$work/errors")"
	groff -man -ww -z -Tutf8 "$work/page" 2>"$work/errors"
	[ ! -s "$work/errors" ] || fail "$page: $(cat "$work/errors")"
done

expect_options()
{
	local page=$1 option

	shift
	# What a line begins with, up to what is said of it.
	for option in $("$@" | sed -n 's/^  \(-[^ ].*\)/\1/p' | sed 's/  .*//' |
		grep -oE -- '--[a-z][a-z-]+' | sort -u); do
		grep -qF -- "*$option*" "$page" || fail "$page does not name $option of: $*"
	done
}

agentd=$BUILD_DIR/agentd/ssh-forward-agentd
expect_options docs/man/ssh-forward-agentd.8.scd "$agentd" --help
expect_options docs/man/ssh-forward-agentd.8.scd "$agentd" token --help
expect_options docs/man/ssh-forward-agentd.8.scd "$agentd" status --help
expect_options docs/man/ssh-shim.1.scd "$BUILD_DIR/shim/ssh-shim" --help

install -m 600 docs/ssh-forward-agentd.conf.example "$work/conf"
touch "$work/.npmrc"
HOME=$work SSH_AUTH_SOCK=/nowhere "$agentd" -t --config "$work/conf" >"$work/out" 2>"$work/errors" ||
	fail "docs/ssh-forward-agentd.conf.example: $(cat "$work/errors")"
[ "$(cat "$work/out")" = "$work/conf: ok" ] || fail "the example is not said to be well"
