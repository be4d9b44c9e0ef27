#!/usr/bin/env bash
#
# The programs are single files: no interpreter, no library; loaded at random addresses, their
# relocations read-only, their stack not executable.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
. "$(dirname "$0")/../support/release.sh"

while read -r program; do
	headers=$(readelf --wide --program-headers --dynamic --file-header "$program")
	for wanted in 'Type: +DYN ' 'GNU_RELRO' '\(FLAGS_1\).*PIE' 'GNU_STACK .* RW '; do
		grep -qE "$wanted" <<<"$headers" || fail "$program: no $wanted"
	done
	for unwanted in 'INTERP' '\(NEEDED\)' '\(TEXTREL\)' ' RWE '; do
		! grep -E "$unwanted" <<<"$headers" || fail "$program: $unwanted"
	done
done < <(release_programs)
