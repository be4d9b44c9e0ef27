#!/usr/bin/env bash
#
# What is between the marks is replaced, again and again, and nothing else; a file without them, or with them the wrong
# way round, is left as it is.
set -euo pipefail
put=$(dirname "$0")/../../bench/put_between
dir=$(mktemp -d)
trap 'rm -rf -- "$dir"' EXIT
page=$dir/page

printf '%s\n' above '<!-- figures -->' old older '<!-- end of figures -->' below >"$page"
printf 'new \\n & "x"\n' | "$put" figures "$page"
printf '1\n2\n' | "$put" figures "$page"
printf '%s\n' above '<!-- figures -->' 1 2 '<!-- end of figures -->' below | cmp - "$page"

for text in 'no marks' $'<!-- end of figures -->\n<!-- figures -->' $'<!-- figures -->\nno end'; do
	printf '%s\n' "$text" >"$page"
	if printf 'new\n' | "$put" figures "$page" 2>/dev/null; then
		printf 'put into: %s\n' "$text" >&2
		exit 1
	fi
	printf '%s\n' "$text" | cmp - "$page"
done
