#!/usr/bin/env bash
#
# clang-tidy finds nothing. BUILD_DIR is a built tree of the dev preset.
#
# It is slow, so a source that passed is remembered by a digest of it, of every project file it
# includes (as the compiler recorded them for ninja) and of .clang-tidy.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
cd "$(dirname "$0")/../.."

need_program clang-tidy ninja
build_dir=${BUILD_DIR:-build/dev}
passed_dir=$build_dir/clang-tidy-passed
mkdir -p "$passed_dir"

# Prints, for every object compiled from this project, its source and headers on one line.
compiled_sources()
{
	ninja -C "$build_dir" -t deps | awk -v root="$PWD/" '
		/^[^ ]/ { if (files) print files; files = ""; next }
		{ path = $1 }
		path ~ /^\.\.\/\.\.\// { path = substr(path, 7) }
		index(path, root) == 1 { path = substr(path, length(root) + 1) }
		path !~ /^\// { files = files path " " }
		END { if (files) print files }
	'
}

tidy_one()
{
	local source=$1 mark=$2 log

	if log=$(clang-tidy --quiet -p "$build_dir" "$source" 2>&1); then
		: >"$mark"
	else
		printf '%s\n' "$log" | grep -v 'warnings generated\|Suppressed\|Use -header-filter'
		return 1
	fi
}

export -f tidy_one
export build_dir

# Pairs of source and mark, for what has not passed in its present form.
compiled_sources | while read -ra files; do
	[[ ${files[0]} == *.c ]] || continue
	digest=$(cat -- "${files[@]}" .clang-tidy | sha256sum)
	mark=$passed_dir/${files[0]//\//_}.${digest:0:16}
	[ -e "$mark" ] || printf '%s\0%s\0' "${files[0]}" "$mark"
done | xargs -0 -r -n 2 -P "$(nproc)" bash -c 'tidy_one "$@"' tidy ||
	fail 'clang-tidy: see above'
