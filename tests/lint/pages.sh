#!/usr/bin/env bash
#
# What the recipes and the pages on migrating have their readers do is executed by a test that there is: each code
# block is named by one, with its mark or for the whole page, and so is each row of a table.
set -euo pipefail
. "$(dirname "$0")/../support/verdict.sh"
cd "$(dirname "$0")/../.."

there=$(ctest --test-dir "$BUILD_DIR" -N | sed -n 's/^ *Test *#[0-9]*: //p' | sort -u)
is_there()
{
	grep -xF -- "$1" <<<"$there" >/dev/null || fail "$page names a test that there is not: $1"
}

# Code blocks without a mark in the line above.
unmarked_blocks()
{
	awk '/^```/ { if (!inside && before !~ /^<!-- (executed by e2e\.[a-z0-9_]+: [a-z.-]+|not executed here: .+) -->$/)
			print FILENAME ":" FNR
		inside = !inside }
		{ before = $0 }' "$1"
}

for page in docs/recipes/*.md; do
	[ "$page" != docs/recipes/README.md ] || continue
	# shellcheck disable=SC2016 # the backquotes are those of the document
	whole=$(sed -nE 's,^Executed by `tests/e2e/(recipe_[a-z_]+)\.sh`.*,e2e.\1,p' "$page")
	if [ -n "$whole" ]; then
		is_there "$whole"
		continue
	fi
	bare=$(unmarked_blocks "$page")
	[ -z "$bare" ] || fail "code blocks that no test executes, and that do not say why: $bare"
	# The test takes its blocks by label, so that a label it does not know is executed by nobody.
	while read -r test label; do
		is_there "$test"
		grep -E "\b(page_[a-z]+|builders_run_page as_[a-z]+|in_context|job_script) ${label//./\\.}\b" \
			"tests/e2e/${test#e2e.}.sh" >/dev/null || fail "$page: $test does not execute $label"
	done < <(sed -nE 's/^<!-- executed by (e2e\.[a-z0-9_]+): ([a-z.-]+) -->$/\1 \2/p' "$page")
done

for page in docs/migrating-*.md; do
	rows=$(grep -E '^\|' "$page" | grep -vE '^\|(---\|)+$|\| test \|$')
	[ "$(wc -l <<<"$rows")" -ge 10 ] || fail "$page has hardly a row: is it read right?"
	# shellcheck disable=SC2016 # the backquotes are those of the document
	bare=$(grep -vE '\| `[a-z0-9]+\.[a-z0-9_]+` \|$' <<<"$rows" || true)
	[ -z "$bare" ] || fail "rows of $page without a test:"$'\n'"$bare"
	# shellcheck disable=SC2016
	while read -r test; do
		is_there "$test"
	done < <(sed -nE 's/.*\| `([a-z0-9]+\.[a-z0-9_]+)` \|$/\1/p' <<<"$rows")
	! grep -E '^```' "$page" || fail "$page has a code block, which nobody executes"
done
