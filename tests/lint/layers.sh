#!/usr/bin/env bash
#
# Dependencies point down only: what each part may include is one line of the table.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
cd "$(dirname "$0")/../.."

# FILES (extended regular expression on the path) | project headers that they may include
rules='
^common/         | ^common/
^agentd/keeper/  | ^(common|agentd/keeper)/
^agentd/         | ^(common|agentd)/
^shim/           | ^(common|shim)/
^bench/signature_check | ^(common|agentd|bench)/
^bench/          | ^(common|bench)/
^tests/          | ^(common|agentd|shim|bench|tests)/
'

# Prints FILE and the project header, one pair a line. A header named without its directory is
# looked for beside the file.
project_includes()
{
	local file header

	git grep -noE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^"]+"' -- '*.c' '*.h' |
		sed -E 's/^([^:]+):[0-9]+:.*"([^"]+)"$/\1 \2/' |
		while read -r file header; do
			[ -e "$header" ] || [ ! -e "${file%/*}/$header" ] || header=${file%/*}/$header
			printf '%s %s\n' "$file" "$header"
		done
}

# First rule that matches the file decides; generated headers are in no directory.
violations()
{
	local file header files allowed

	while read -r file header; do
		while IFS='|' read -r files allowed; do
			files=${files// /} allowed=${allowed// /}
			[ -n "$files" ] || continue
			[[ $file =~ $files ]] || continue
			[[ $header != */* || $header =~ $allowed ]] ||
				printf '%s may not include "%s"\n' "$file" "$header"
			break
		done <<<"$rules"
	done
}

found=$(project_includes | violations)
[ -z "$found" ] || fail "includes against the layers:"$'\n'"$found"

# The part of common/ that knows neither loop nor wire is what its CMakeLists.txt lists under `common`.
pure_common()
{
	local source

	sed -n '/^add_library(common /,/^)/s/^  \(.*\)\.c$/\1/p' common/CMakeLists.txt |
		while read -r source; do
			printf 'common/%s.c\ncommon/%s.h\n' "$source" "$source"
		done
}

on_the_loop='#[[:space:]]*include[[:space:]]*(<uv\.h>|<libssh/|"common/wire)'
found=$({
	pure_common
	git ls-files 'agentd/keeper/*.[ch]'
} | xargs -d '\n' grep -nE "$on_the_loop" || true)
[ -z "$found" ] || fail "no libuv or libssh here:"$'\n'"$found"
