#!/usr/bin/env bash
#
# The report's ratio is the median of the rounds' ratios, not the ratio of the medians; its quartiles
# are theirs; numbers are compared as numbers; a miss is called one.
set -euo pipefail

report=$(dirname "$0")/../../bench/report.awk

# Three rounds in which the machine gets slower and slower, ours at 0.50, 0.90 and 1.00 of theirs.
measured()
{
	printf 'round=%s discipline=ed25519-1 contender=%s host_cpu_us=%s requests=10 ' "$1" "$2" "$4"
	printf 'rate_per_s=%s p50_us=%s p99_us=%s cpu_us=0\n' 1000 "$3" "$3"
}

said=$({
	measured 1 bk-keys 900 400
	measured 1 us-keys 450 100
	measured 2 bk-keys 1000 400
	measured 2 us-keys 900 100
	measured 3 bk-keys 5000 400
	measured 3 us-keys 5000 100
} | awk -f "$report")

expect()
{
	grep -qE -- "$1" <<<"$said" || {
		printf 'expected: %s\nsaid:\n%s\n' "$1" "$said" >&2
		exit 1
	}
}

#                    rate   p50   p99  CPU  p50 to BuildKit
expect '^  us-keys +1000 +900 +900 +10  0\.90 \(0\.70-0\.95\) '
expect '^  bk-keys +1000 +1000 +1000 +40$'
expect 'key file, 1 connection: p50 +<= 0\.80 +0\.90 \(0\.70-0\.95\) +MISSED$'
expect 'key file, 1 connection: CPU .* <= 0\.50 +0\.25 \(0\.25-0\.25\) +met$'
