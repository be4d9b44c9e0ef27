# report.awk - bench/run's results as Markdown: the machine, the aims, the tables. Needs statistics.awk and names.awk
# before it.

# A figure with three digits that count.
function short(value) {
	if (value < 0)
		return "-" short(-value)
	if (value >= 1000)
		return sprintf("%d", value / 10 ^ (length(int(value)) - 3) + 0.5) * 10 ^ (length(int(value)) - 3)
	return value >= 100 ? sprintf("%.0f", value) : value >= 10 ? sprintf("%.1f", value) : sprintf("%.2f", value)
}

function told() {
	return short(median) " (" short(least) dash() short(greatest) ")"
}

function ratio_told() {
	return sprintf("%.2f (%.2f%s%.2f)", median, least, dash(), greatest)
}

function dash() {
	return least < 0 ? " to " : "-"
}

# bound: "<= 0.80", ">= 1.50", or "" where the figure has no aim and is told for the record.
function print_aim(text, bound,    part, is_met) {
	split(bound, part, " ")
	is_met = part[1] == "<=" ? median <= part[2] + 0 : median >= part[2] + 0
	printf "| %s | %s | %s | %s |\n", text, bound, ratio_told(), bound == "" ? "" : is_met ? "met" : "**missed**"
}

function aim(text, kind, discipline, ours, theirs, bound) {
	if (!is_measured(discipline, ours) || !is_measured(discipline, theirs))
		return
	compare(kind, discipline, ours, theirs)
	print_aim(text, bound)
}

function print_aims(    i) {
	print "\n| aim | | measured | |"
	print "|---|---|---|---|"
	aim("key file, 1 connection: p50 to BuildKit's", "p50", "ed25519-1", "us-keys", "bk-keys", "<= 0.70")
	aim("the same to a relay that does nothing", "p50", "ed25519-1", "us-keys", "relay-keys", "<= 1.20")
	aim("the same of BuildKit's, for comparison", "p50", "ed25519-1", "bk-keys", "relay-keys", "")
	aim("key file, 16 connections: rate to BuildKit's", "rate", "ed25519-16", "us-keys", "bk-keys", ">= 2.00")
	aim("agent: latency added to ssh-agent's own, to BuildKit's", "added", "ed25519-1", "us-agent", "bk-agent", "<= 0.60")
	aim("the same of a list", "added", "list-1", "us-agent", "bk-agent", "<= 0.60")
	aim("the same, shim with a mounted socket", "added", "ed25519-1", "mount-agent", "bk-agent", "<= 0.30")
	aim("of a list, shim with a mounted socket", "added", "list-1", "mount-agent", "bk-agent", "<= 0.30")
	aim("of a list, mounted socket without the shim", "added", "list-1", "socket-agent", "bk-agent", "<= 0.30")
	aim("key file, a signature on a new connection: p50 to BuildKit's", "p50", "new-1", "us-keys", "bk-keys", "<= 0.50")
	aim("agent: the same", "p50", "new-1", "us-agent", "bk-agent", "<= 0.50")
	aim("ssh-agent asked directly, for comparison", "p50", "new-1", "direct", "bk-agent", "")
	aim("key file, 1 connection: CPU time of all processes to BuildKit's", "cpu", "ed25519-1", "us-keys", "bk-keys", "<= 0.40")
	aim("key file, 16 connections: the same", "cpu", "ed25519-16", "us-keys", "bk-keys", "<= 0.40")
	aim("agent, 1 connection: the same", "cpu", "ed25519-1", "us-agent", "bk-agent", "<= 0.40")
	aim("ssh-agent asked directly, for comparison", "cpu", "ed25519-1", "direct", "bk-agent", "")
	aim("what is added to that", "added cpu", "ed25519-1", "us-agent", "bk-agent", "")
	aim("agent, 16 connections: CPU time of all processes to BuildKit's", "cpu", "ed25519-16", "us-agent", "bk-agent", "<= 0.40")
	aim("ssh-agent asked directly, for comparison", "cpu", "ed25519-16", "direct", "bk-agent", "")
	aim("RSA-3072, key file, 16 connections: rate to ssh-agent's own", "rate", "rsa3072-16", "us-keys", "direct", ">= 2.20")
	aim("the same of the keeper behind a relay that does nothing", "rate", "rsa3072-16", "relay-keys", "direct", "")
	for (i = 1; i <= memory_count; i++)
		if (links[i] > 1) {
			median = least = greatest = (idle[i] - before[i]) / links[i]
			print_aim("memory of the daemon an idle link, KiB, of " links[i], "<= 32")
		}
	aim("p50 beside 1,000 idle links, to that beside 1", "p50", "idle", "links-1000", "links-1", "<= 1.20")
}

function cell(kind, discipline, contender) {
	if (!is_measured(discipline, contender))
		return ""
	spread(kind, discipline, contender)
	return told()
}

function print_operation(operation, title,    c) {
	if (!is_measured(operation "-1", "direct"))
		return
	printf "\n%s:\n\n", title
	print "| | p50, 1 connection | p99 | rate, 1 | rate, 16 | rate, 64 | CPU, 1 | CPU, 16 |"
	print "|---|---|---|---|---|---|---|---|"
	for (c = 1; c <= contender_count; c++) {
		if (!is_measured(operation "-1", contenders[c]))
			continue
		printf "| %s | %s | %s | %s | %s | %s | %s | %s |\n", label[contenders[c]],
			cell("p50", operation "-1", contenders[c]), cell("p99", operation "-1", contenders[c]),
			cell("rate", operation "-1", contenders[c]), cell("rate", operation "-16", contenders[c]),
			cell("rate", operation "-64", contenders[c]), cell("cpu", operation "-1", contenders[c]),
			cell("cpu", operation "-16", contenders[c])
	}
}

# In milliseconds, in a table with two columns.
function print_times(discipline, title, names,    count, list, i) {
	count = split(names, list, " ")
	if (!is_measured(discipline, list[1]))
		return
	printf "\n| %s | ms |\n|---|---|\n", title
	for (i = 1; i <= count; i++) {
		if (!is_measured(discipline, list[i]))
			continue
		spread("p50", discipline, list[i])
		median /= 1000; least /= 1000; greatest /= 1000
		printf "| %s | %s |\n", label[list[i]], told()
	}
}

function print_memory(    i) {
	if (memory_count == 0)
		return
	print "\n| links | daemon with one, KiB | with so many more, idle | each | with an agent connection on each | each |"
	print "|---|---|---|---|---|---|"
	for (i = 1; i <= memory_count; i++)
		printf "| %d | %d | %d | %.1f | %d | %.1f |\n", links[i], before[i], idle[i], (idle[i] - before[i]) / links[i],
			connected[i], (connected[i] - idle[i]) / links[i]
}

function print_rules(    count, list, i) {
	if (!is_measured("rules-1", "rules-none"))
		return
	print "\n| | p50, 1 connection, us | more | CPU, us | more | CPU, 16 connections, us | more |"
	print "|---|---|---|---|---|---|---|"
	count = split("rules-none rules-audit rules-policy rules-both", list, " ")
	for (i = 1; i <= count; i++)
		printf "| %s | %s | %s | %s | %s | %s | %s |\n", label[list[i]], cell("p50", "rules-1", list[i]),
			more("p50", "rules-1", list[i]), cell("cpu", "rules-1", list[i]), more("cpu", "rules-1", list[i]),
			cell("cpu", "rules-16", list[i]), more("cpu", "rules-16", list[i])
}

function more(kind, discipline, contender) {
	if (contender == "rules-none" || !is_measured(discipline, contender))
		return ""
	difference(kind, discipline, contender, "rules-none")
	return told()
}

END {
	if (failed)
		exit 1
	print ""
	for (i = 1; i <= facts; i++)
		printf "- %s: %s\n", fact_name[i], fact_text[i]
	printf "- rounds: %d\n", rounds
	print_aims()
	print_operation("ed25519", "Signatures, Ed25519")
	print_operation("p256", "Signatures, ECDSA P-256")
	print_operation("rsa3072", "Signatures, RSA-3072")
	print_operation("new", "Signatures, Ed25519, each on a new agent connection")
	print_operation("list", "Lists of three identities")
	print_times("clone", "`git clone` of a repository of one file", contender_names)
	print_times("first", "from `exec` to the first signature", "first-us-keys first-us-agent first-mount-keys first-ssh-L")
	print_memory()
	print_rules()
	print ""
}
