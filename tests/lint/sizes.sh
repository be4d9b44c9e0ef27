#!/usr/bin/env bash
#
# No C file over 500 lines, no function over 80, no Makefile over 30: past that there is a second
# concept to be named (the aims are 400 and 60).
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
cd "$(dirname "$0")/../.."

# A function's body, in this house's format, is what stands between { and } in the first column.
# shellcheck disable=SC2016
too_big='
	FNR == 1 { start = 0; name = "" }
	FNR == max_file + 1 { printf "%s: more than %d lines\n", FILENAME, max_file }
	/^[A-Za-z_].*\(/ { name = $0 }
	/^{/ { start = FNR }
	/^}/ {
		if (start && FNR - start - 1 > max_function)
			printf "%s:%d: %d lines, more than %d: %s\n",
				FILENAME, start, FNR - start - 1, max_function, name
		start = 0
	}
'

found=$({
	git ls-files -z '*.c' '*.h' | xargs -0 awk -v max_file=500 -v max_function=80 "$too_big"
	awk -v max_file=30 -v max_function=30 "$too_big" Makefile
})
[ -z "$found" ] || fail "too big:"$'\n'"$found"
