#!/usr/bin/env bash
#
# Every test that docs/security.md names as the proof of a claim is there to be run, and no claim is
# without one.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
cd "$(dirname "$0")/../.."

# shellcheck disable=SC2016 # the backquotes are those of the document
named=$(grep -oE '`(unit|integration|e2e|fuzz|lint|static)\.[a-z0-9_]+`' docs/security.md | tr -d '`' | sort -u)
[ "$(wc -l <<<"$named")" -gt 20 ] || fail 'docs/security.md names hardly a test: is it read right?'
there=$(ctest --test-dir "${BUILD_DIR:-build/dev}" -N | sed -n 's/^ *Test *#[0-9]*: //p' | sort -u)
missing=$(comm -23 <(printf '%s\n' "$named") <(printf '%s\n' "$there"))
[ -z "$missing" ] || fail "docs/security.md names tests that there are not:"$'\n'"$missing"

# Rows of the tables, but for their heads and rules.
# shellcheck disable=SC2016
bare=$(grep -E '^\|' docs/security.md | grep -vE '^\|(---|---\|)+$|^\| claim \|' |
	grep -vE '\| `[a-z0-9]+\.[^|]*\|$' || true)
[ -z "$bare" ] || fail "claims without a test in docs/security.md:"$'\n'"$bare"
