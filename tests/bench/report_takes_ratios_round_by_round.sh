#!/usr/bin/env bash
#
# The report's ratio is the median of the rounds' ratios, not the ratio of the medians, with the least and the greatest;
# what is added to ssh-agent's own is compared without it; numbers are compared as numbers; a miss is called one;
# each contender has its line in the table, and who was not there is named.
set -euo pipefail
. "$(dirname "$0")/results.sh"

# Three rounds in which the machine gets slower and slower, ours at 0.50, 0.90 and 1.00 of theirs.
said=$({
	printf 'fact absent: socat: socat is not installed\n'
	printf 'memory links=10 before_kib=1000 idle_kib=1160 connected_kib=1200\n'
	printf 'memory links=1000 before_kib=1000 idle_kib=34000 connected_kib=40000\n'
	played 1 ed25519-1 bk-keys 1000 900 40
	played 1 ed25519-1 us-keys 1000 450 10
	played 2 ed25519-1 bk-keys 1000 1000 40
	played 2 ed25519-1 us-keys 1000 900 10
	played 3 ed25519-1 bk-keys 1000 5000 40
	played 3 ed25519-1 us-keys 1000 5000 10
	for round in 1 2 3; do
		played $round ed25519-1 direct 1000 $((round * 100)) 40
		played $round ed25519-1 bk-agent 1000 $((round * 100 + 400)) 60
		played $round ed25519-1 us-agent 1000 $((round * 100 + 100)) 45
	done
} | report)

expect "^\| key file, 1 connection: p50 to BuildKit's \| <= 0\.70 \| 0\.90 \(0\.50-1\.00\) \| \*\*missed\*\* \|$" "$said"
expect "^\| key file, 1 connection: CPU .* \| <= 0\.40 \| 0\.25 \(0\.25-0\.25\) \| met \|$" "$said"
expect "^\| agent: latency added .* \| <= 0\.60 \| 0\.25 \(0\.25-0\.25\) \| met \|$" "$said"
expect '^\| memory .* of 10 \| <= 32 \| 16\.00 \(16.00-16.00\) \| met \|$' "$said"
expect '^\| memory .* of 1000 \| <= 32 \| 33\.00 \(33.00-33.00\) \| \*\*missed\*\* \|$' "$said"
expect '^\| 1000 \| 1000 \| 34000 \| 33\.0 \| 40000 \| 6\.0 \|$' "$said"
expect '^\| \*\*us\*\*, key files \| 900 \(450-5000\) \|' "$said"
expect '^\| BuildKit, key files \| 1000 \(900-5000\) \|' "$said"
expect '^- absent: socat: socat is not installed$' "$said"
expect '^- rounds: 3$' "$said"
