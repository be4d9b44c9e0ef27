#!/usr/bin/env bash
#
# Two builds of the same sources in two directories make the same bytes, debugging information included, and the same documents of what
# they are made of.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
. "$(dirname "$0")/../support/release.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
copy=$(mktemp -d "${TMPDIR:-/tmp}/sfa-elsewhere.XXXXXX")
trap 'rm -rf -- "$copy"' EXIT

# As they are here, changes that are not committed included.
git -C "$top" ls-files -z --cached --others --exclude-standard |
	(cd "$top" && xargs -0 ls -d 2>/dev/null) |
	tar -C "$top" -T - -c | tar -C "$copy" -x
cd "$copy"
# No cache: it would hand out what the first build made.
unset CMAKE_C_COMPILER_LAUNCHER
cmake --preset release >/dev/null
cmake --build --preset release --target ssh-shim ssh-forward-agentd >build.log || fail "$(cat build.log)"

while read -r program; do
	other=$copy/build/${program#"$SFA_RELEASE_DIR/"}
	cmp "$program" "$other" || fail "$program depends on where it is built"
	cmp "$program.spdx.json" "$other.spdx.json" || fail "what $program is made of depends on where it is built"
	! grep -qF -- "$copy" "$other" || fail "$other names the directory it was built in"
done < <(release_programs release)
