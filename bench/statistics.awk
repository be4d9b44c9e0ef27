# statistics.awk - bench/run's results, read; and what is told of the rounds. Give it to awk ahead of the file that prints.
#
# The lines of results are
#
#   fact NAME: TEXT
#   memory links=N before_kib=N idle_kib=N connected_kib=N
#   round=N discipline=NAME contender=NAME host_cpu_us=N RESULT    (RESULT: see bench/load_job.h)
#
# After the last of them: facts, fact_name[1..], fact_text[1..]; memory_count, links[1..], before[], idle[],
# connected[]; figures by figure(), told by spread() and compare().

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

function median_of(values, count,    middle) {
	middle = int((count + 1) / 2)
	return count % 2 == 1 ? values[middle] : (values[middle] + values[middle + 1]) / 2
}

function is_measured(discipline, contender) {
	return (discipline, contender) in measured
}

# The kinds of figure; "added" is what a contender puts on top of ssh-agent's own.
function figure(kind, discipline, contender, round,    key) {
	key = discipline SUBSEP contender SUBSEP round
	if (!(key in rate))
		fail(contender " has not played " discipline " in round " round)
	if (kind == "added")
		return p50[key] - figure("p50", discipline, "direct", round)
	if (kind == "added cpu")
		return cpu[key] - figure("cpu", discipline, "direct", round)
	if (kind == "p50")
		return p50[key]
	if (kind == "p99")
		return p99[key]
	if (kind == "rate")
		return rate[key]
	if (kind == "cpu")
		return cpu[key]
	fail("there is no figure '" kind "'")
}

# Sets median, least and greatest of values[1..rounds].
function tell(values) {
	sort(values, rounds)
	median = median_of(values, rounds)
	least = values[1]
	greatest = values[rounds]
}

function spread(kind, discipline, contender,    values, round) {
	for (round = 1; round <= rounds; round++)
		values[round] = figure(kind, discipline, contender, round)
	tell(values)
}

# The same of ours to theirs: ratios are taken round by round, so that what slows the machine in one round falls out.
function compare(kind, discipline, ours, theirs,    values, round, divisor) {
	for (round = 1; round <= rounds; round++) {
		divisor = figure(kind, discipline, theirs, round)
		if (divisor == 0)
			fail(theirs " has a " kind " of nothing in round " round " of " discipline)
		values[round] = figure(kind, discipline, ours, round) / divisor
	}
	tell(values)
}

# The same of the differences.
function difference(kind, discipline, ours, theirs,    values, round) {
	for (round = 1; round <= rounds; round++)
		values[round] = figure(kind, discipline, ours, round) - figure(kind, discipline, theirs, round)
	tell(values)
}

# Field NAME=VALUE of the line that was read; + 0, or numbers would be compared as text.
function number(name) {
	if (field[name] !~ /^[0-9.]+$/)
		fail("line " NR " of the results has no number '" name "': " $0)
	return field[name] + 0
}

{
	split("", field)
	for (i = 1; i <= NF; i++)
		field[substr($i, 1, index($i, "=") - 1)] = substr($i, index($i, "=") + 1)
}

$1 == "fact" {
	text = substr($0, 6)
	fact_name[++facts] = substr(text, 1, index(text, ": ") - 1)
	fact_text[facts] = substr(text, index(text, ": ") + 2)
	next
}

$1 == "memory" {
	links[++memory_count] = number("links")
	before[memory_count] = number("before_kib")
	idle[memory_count] = number("idle_kib")
	connected[memory_count] = number("connected_kib")
	next
}

/^round=/ {
	if (number("requests") == 0)
		fail("line " NR " of the results is no measurement: " $0)
	measured[field["discipline"], field["contender"]] = 1
	key = field["discipline"] SUBSEP field["contender"] SUBSEP number("round")
	rate[key] = number("rate_per_s")
	p50[key] = number("p50_us")
	p99[key] = number("p99_us")
	cpu[key] = (number("cpu_us") + number("host_cpu_us")) / number("requests")
	if (number("round") > rounds)
		rounds = number("round")
	next
}

{
	fail("line " NR " of the results is none: " $0)
}
