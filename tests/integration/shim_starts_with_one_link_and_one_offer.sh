#!/usr/bin/env bash
#
# With nothing asked for but the default, starting costs one connection, one login and the verb `offer`;
# the agent gets a channel when it is first asked.
set -euo pipefail
. "$(dirname "$0")/../support/shim.sh"
shim_begin
[ -x /usr/bin/strace ] || skip 'no strace'

# The next thing it reports is this.
fake_expect()
{
	local word

	IFS= read -r -t "$SHIM_DEADLINE_S" -u "$FAKE_REPORT" word || fail "the daemon never saw: $1"
	[ "$word" = "$1" ] || fail "the daemon saw '$word' in place of '$1'"
}

fake
ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=connect -o connects "$SHIM" --connect "$CONNECT" -- true
[ "$(grep -c 'sa_family=AF_INET' connects)" -eq 1 ] || fail "more than one connection: $(cat connects)"
fake_expect password
fake_expect 'verb offer'
fake_says_nothing

shim -- "$AGENT_CLIENT" >/dev/null 2>&1 || true
fake_expect password
fake_expect 'verb offer'
fake_expect channel
fake_kill
