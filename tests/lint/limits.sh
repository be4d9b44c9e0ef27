#!/usr/bin/env bash
#
# docs/limits.md names every limit of the daemon with its default, no other, and tests that there are; of each limit
# that has an option, one that shows an honest build served while it is reached.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
cd "$(dirname "$0")/../.."

# "NAME DEFAULT" of each.
there=$("$BUILD_DIR/agentd/ssh-forward-agentd" --help |
	sed -nE 's/^ {6}([a-z]+(-[a-z]+)*) +([0-9]+)  .*/\1 \3/p' | sort)
[ "$(wc -l <<<"$there")" -ge 10 ] || fail "hardly a limit in --help: is it read right? $there"
# shellcheck disable=SC2016 # the backquotes are those of the document
named=$(sed -nE 's/^\| `([a-z-]+)` \| ([0-9]+) \|.*/\1 \2/p' docs/limits.md | sort)
[ "$named" = "$there" ] || fail "docs/limits.md and --help differ:"$'\n'"$(diff <(echo "$named") <(echo "$there") || true)"

# shellcheck disable=SC2016
tests=$(grep -oE '`(unit|integration|e2e|fuzz|lint)\.[a-z0-9_]+`' docs/limits.md | tr -d '`' | sort -u)
missing=$(comm -23 <(printf '%s\n' "$tests") \
	<(ctest --test-dir "$BUILD_DIR" -N | sed -n 's/^ *Test *#[0-9]*: //p' | sort -u))
[ -z "$missing" ] || fail "docs/limits.md names tests that there are not:"$'\n'"$missing"
# shellcheck disable=SC2016
bare=$(grep -E '^\|' docs/limits.md | grep -vE '^\|(---\|)+$|^\| (name|what) \||\| `[a-z0-9]+\.[^|]*\|$' || true)
[ -z "$bare" ] || fail "limits without a test in docs/limits.md:"$'\n'"$bare"

# shellcheck disable=SC2016
while read -r row; do
	served=$(grep -oE '`integration\.[a-z0-9_]+`' <<<"$row" | tr -d '`' | sed 's|^integration\.|tests/integration/|; s|$|.sh|' |
		xargs -r grep -lE '^[[:space:]]*expect_served( |$)' || true)
	[ -n "$served" ] || fail "no test in this row of docs/limits.md shows that others are served: $row"
done < <(grep -E '^\| `' docs/limits.md)
