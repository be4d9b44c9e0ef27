#!/usr/bin/env bash
#
# What gnuplot gets: a line for each contender that played, with median, least and greatest; of the rates, a block of three
# points with the name on top. An unknown plot is none.
set -euo pipefail
. "$(dirname "$0")/results.sh"

results=$(for round in 1 2 3; do
	for connections in 1 16 64; do
		played $round ed25519-$connections direct $((1000 * connections * round)) $((100 * round)) 10
		played $round ed25519-$connections us-keys $((2000 * connections)) $((50 * round)) 10
	done
done
printf 'memory links=10 before_kib=1000 idle_kib=1160 connected_kib=1200\n')

[ "$(plots latency <<<"$results")" = '"us, key files" 0 100 50 150
"ssh-agent itself" 1 200 100 300' ]
[ "$(plots rate <<<"$results")" = '"us, key files" 0 0 0 0
"us, key files" 1 2000 2000 2000
"us, key files" 16 32000 32000 32000
"us, key files" 64 128000 128000 128000


"ssh-agent itself" 0 0 0 0
"ssh-agent itself" 1 2000 1000 3000
"ssh-agent itself" 16 32000 16000 48000
"ssh-agent itself" 64 128000 64000 192000' ]
[ "$(plots memory <<<"$results")" = '"idle" 10 160 160 160' ]
if plots nonsense <<<"$results" 2>/dev/null; then
	printf 'there is a plot of nonsense\n' >&2
	exit 1
fi
