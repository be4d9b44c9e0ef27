#!/usr/bin/env bash
#
# Results with a hole in them make no report: a round that one contender did not play, a line cut short, a line that is
# none, a figure that is no number.
set -euo pipefail
. "$(dirname "$0")/results.sh"

whole=$(for round in 1 2; do
	played $round ed25519-1 direct 1000 100 10
	played $round ed25519-1 us-keys 1000 100 10
done)
report <<<"$whole" >/dev/null

expect_failure 'us-keys has not played ed25519-1 in round 2' "$(head -n 3 <<<"$whole")"
expect_failure 'no measurement' "${whole/requests=10/requests=0}"
expect_failure "no number 'p50_us'" "${whole/p50_us=100/p50_us=}"
expect_failure "no number 'cpu_us'" "${whole% *}"
expect_failure 'is none' "$whole"$'\nsomething else'
