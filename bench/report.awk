# report.awk - from bench/run's results, one line a measurement, to the table and the aims.
#
# Ratios are taken round by round and only then is the median taken, so that what slows the machine
# in one round falls out.

function fail(text) {
	print "bench: " text > "/dev/stderr"
	failed = 1
	exit 1
}

# Sorts values[1..count].
function sort(values, count,    i, j, value) {
	for (i = 2; i <= count; i++) {
		value = values[i]
		for (j = i - 1; j > 0 && values[j] > value; j--)
			values[j + 1] = values[j]
		values[j + 1] = value
	}
}

function quantile(values, count, q,    at, low) {
	at = 1 + (count - 1) * q
	low = int(at)
	if (low >= count)
		return values[count]
	return values[low] + (at - low) * (values[low + 1] - values[low])
}

# The kinds of figure; "added" is what a contender puts on top of ssh-agent's own.
function figure(kind, discipline, contender, round,    key) {
	key = discipline SUBSEP contender SUBSEP round
	if (kind == "added")
		return p50[key] - p50[discipline, "direct", round]
	if (kind == "added cpu")
		return cpu[key] - cpu[discipline, "direct", round]
	if (kind == "p50")
		return p50[key]
	if (kind == "p99")
		return p99[key]
	if (kind == "rate")
		return rate[key]
	return cpu[key]
}

function median(kind, discipline, contender,    values, round) {
	for (round = 1; round <= rounds; round++)
		values[round] = figure(kind, discipline, contender, round)
	sort(values, rounds)
	return quantile(values, rounds, 0.5)
}

# Sets ratio, ratio_low and ratio_high: median and quartiles of ours to theirs.
function compare(kind, discipline, ours, theirs,    values, round) {
	for (round = 1; round <= rounds; round++)
		values[round] = figure(kind, discipline, ours, round) / \
			figure(kind, discipline, theirs, round)
	sort(values, rounds)
	ratio = quantile(values, rounds, 0.5)
	ratio_low = quantile(values, rounds, 0.25)
	ratio_high = quantile(values, rounds, 0.75)
}

function ratio_text() {
	return sprintf("%.2f (%.2f-%.2f)", ratio, ratio_low, ratio_high)
}

function print_row(discipline, contender,    theirs) {
	printf "  %-10s %9.0f %9.0f %9.0f %9.0f", contender, median("rate", discipline, contender),
		median("p50", discipline, contender), median("p99", discipline, contender),
		median("cpu", discipline, contender)
	theirs = rival[contender]
	if (theirs != "") {
		compare("p50", discipline, contender, theirs)
		printf "  %-17s", ratio_text()
		compare("rate", discipline, contender, theirs)
		printf " %-17s", ratio_text()
		compare("cpu", discipline, contender, theirs)
		printf " %s", ratio_text()
	}
	printf "\n"
}

function print_table(    d, c) {
	printf "\n%-12s %9s %9s %9s %9s  %s\n", "", "rate/s", "p50 us", "p99 us", "CPU us",
		"to BuildKit with the same source: p50, rate, CPU time"
	for (d = 1; d <= discipline_count; d++) {
		print title[disciplines[d]] == "" ? disciplines[d] : title[disciplines[d]]
		for (c = 1; c <= contender_count; c++)
			print_row(disciplines[d], contenders[c])
	}
}

# bound: "<= 0.80", ">= 1.50", or "" where the figure has no aim and is told for the record.
function print_aim(text, kind, discipline, ours, theirs, bound,    part, is_met) {
	if (!(discipline in discipline_seen))
		return
	split(bound, part, " ")
	compare(kind, discipline, ours, theirs)
	is_met = part[1] == "<=" ? ratio <= part[2] + 0 : ratio >= part[2] + 0
	printf "  %-58s %-8s %-18s %s\n", text, bound, ratio_text(),
		bound == "" ? "" : is_met ? "met" : "MISSED"
}

function print_aims() {
	printf "\n%-60s %-8s %-18s\n", "aims (Ed25519 unless it says otherwise)", "aim", "measured"
	print_aim("key file, 1 connection: p50", "p50", "ed25519-1", "us-keys", "bk-keys", "<= 0.80")
	print_aim("key file, 16 connections: rate", "rate", "ed25519-16", "us-keys", "bk-keys",
		">= 1.50")
	print_aim("agent, 1 connection: latency added to ssh-agent's own", "added", "ed25519-1",
		"us-agent", "bk-agent", "<= 0.65")
	print_aim("  the same for a list", "added", "list-1", "us-agent", "bk-agent", "<= 0.65")
	print_aim("key file, 1 connection: CPU time of all processes", "cpu", "ed25519-1", "us-keys",
		"bk-keys", "<= 0.50")
	print_aim("key file, 16 connections: the same", "cpu", "ed25519-16", "us-keys", "bk-keys",
		"<= 0.50")
	print_aim("agent, 1 connection: CPU time of all processes", "cpu", "ed25519-1", "us-agent",
		"bk-agent", "<= 0.50")
	# With an agent, most of the CPU time is the agent's own: no relay can get below this.
	print_aim("  ssh-agent asked directly, for comparison", "cpu", "ed25519-1", "direct",
		"bk-agent", "")
	print_aim("  what is added to that", "added cpu", "ed25519-1", "us-agent", "bk-agent", "")
	print_aim("agent, 16 connections: the same", "cpu", "ed25519-16", "us-agent", "bk-agent",
		"<= 0.50")
	print_aim("  ssh-agent asked directly, for comparison", "cpu", "ed25519-16", "direct",
		"bk-agent", "")
	print_aim("  what is added to that", "added cpu", "ed25519-16", "us-agent", "bk-agent", "")
}

BEGIN {
	title["list-1"] = "list, 1 connection"
	title["list-16"] = "list, 16 connections"
	title["ed25519-1"] = "sign Ed25519, 1 connection"
	title["ed25519-16"] = "sign Ed25519, 16 connections"
	title["p256-1"] = "sign ECDSA P-256, 1 connection"
	title["p256-16"] = "sign ECDSA P-256, 16 connections"
	title["rsa3072-1"] = "sign RSA-3072, 1 connection"
	title["rsa3072-16"] = "sign RSA-3072, 16 connections"
	title["new-1"] = "sign Ed25519, 1 connection, each request on a new one"
	title["new-16"] = "sign Ed25519, 16 connections, each request on a new one"
	rival["us-agent"] = "bk-agent"
	rival["us-keys"] = "bk-keys"
}

{
	split("", field)
	for (i = 1; i <= NF; i++)
		field[substr($i, 1, index($i, "=") - 1)] = substr($i, index($i, "=") + 1)
	d = field["discipline"]
	c = field["contender"]
	if (field["requests"] + 0 == 0)
		fail("line " NR " of the results is not one: " $0)
	if (!(d in discipline_seen)) {
		discipline_seen[d] = 1
		disciplines[++discipline_count] = d
	}
	if (!(c in contender_seen))
		contender_seen[c] = 1
	key = d SUBSEP c SUBSEP field["round"]
	rate[key] = field["rate_per_s"] + 0 # or they would be compared as text
	p50[key] = field["p50_us"] + 0
	p99[key] = field["p99_us"] + 0
	cpu[key] = (field["cpu_us"] + field["host_cpu_us"]) / field["requests"]
	if (field["round"] + 0 > rounds)
		rounds = field["round"] + 0
}

END {
	if (failed)
		exit 1
	contender_count = 0
	count = split("direct bk-agent us-agent bk-keys us-keys", order, " ")
	for (i = 1; i <= count; i++) {
		if (order[i] in contender_seen)
			contenders[++contender_count] = order[i]
	}
	print_table()
	if ("us-keys" in contender_seen)
		print_aims()
}
