# shellcheck shell=bash
#
# results.sh - bench/run's results made up, and what is printed of them.
#
#   played ROUND DISCIPLINE CONTENDER RATE P50 CPU    a line of results, of 10 requests
#   report                                            bench/report.awk of stdin
#   plots NAME                                        bench/plots.awk
#   expect REGEX TEXT                                 a line of TEXT matches
#   expect_failure WORDS RESULTS                      of which there is no report

bench=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../bench" && pwd)

played()
{
	printf 'round=%s discipline=%s contender=%s host_cpu_us=%s requests=10 ' "$1" "$2" "$3" $(($6 * 10))
	printf 'rate_per_s=%s p50_us=%s p99_us=%s cpu_us=0\n' "$4" "$5" "$5"
}

report()
{
	awk -f "$bench/statistics.awk" -f "$bench/names.awk" -f "$bench/report.awk"
}

plots()
{
	awk -v plot="$1" -f "$bench/statistics.awk" -f "$bench/names.awk" -f "$bench/plots.awk"
}

expect()
{
	grep -E -- "$1" <<<"$2" >/dev/null || {
		printf 'expected: %s\nsaid:\n%s\n' "$1" "$2" >&2
		exit 1
	}
}

expect_failure()
{
	local said

	if said=$(report <<<"$2" 2>&1); then
		printf 'there is a report of: %s\n' "$2" >&2
		exit 1
	fi
	expect "$1" "$said"
}
