# shellcheck shell=bash
#
# verdict.sh - how a test script ends early.
#
# A test that cannot run where a developer has no Docker or is not root is skipped there, and says
# why; with CI=true every test must run, so there a skip is a failure.

readonly SKIP_STATUS=77 # SKIP_RETURN_CODE in tests/CMakeLists.txt

fail()
{
	printf 'FAIL: %s\n' "$*" >&2
	exit 1
}

skip()
{
	[ "${CI:-}" != true ] || fail "may not be skipped with CI=true: $*"
	printf 'SKIP: %s\n' "$*" >&2
	exit "$SKIP_STATUS"
}

need_program()
{
	local program

	for program; do
		command -v "$program" >/dev/null || skip "$program is not installed"
	done
}
