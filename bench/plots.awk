# plots.awk - bench/run's results as gnuplot wants them: `name`, `at`, median, least, greatest on each line. Needs
# statistics.awk and names.awk before it; -v plot=NAME says which (see bench/plot).

function put(name, at) {
	gsub(/\*/, "", name)
	printf "\"%s\" %s %.6g %.6g %.6g\n", name, at, median, least, greatest
}

# A line for each contender, from the bottom up.
function put_all(kind, discipline,    c, at) {
	for (c = contender_count; c > 0; c--) {
		if (!is_measured(discipline, contenders[c]))
			continue
		spread(kind, discipline, contenders[c])
		put(label[contenders[c]], at++)
	}
}

# Blocks of gnuplot's, one for each of the names, with a point for each number of connections under the name.
function put_rates(operation, names,    count, list, i, n, numbers, j, blocks) {
	count = split(names, list, " ")
	n = split("1 16 64", numbers, " ")
	for (i = 1; i <= count; i++) {
		if (!is_measured(operation "-1", list[i]))
			continue
		if (blocks++ > 0)
			print "\n"
		median = least = greatest = 0
		put(label[list[i]], 0)
		for (j = 1; j <= n; j++) {
			spread("rate", operation "-" numbers[j], list[i])
			put(label[list[i]], numbers[j])
		}
	}
}

END {
	if (failed)
		exit 1
	if (plot == "latency")
		put_all("p50", "ed25519-1")
	else if (plot == "cpu")
		put_all("cpu", "ed25519-16")
	else if (plot == "rate")
		put_rates("ed25519", "bk-keys buildah-keys us-keys mount-keys relay-keys bk-agent us-agent direct")
	else if (plot == "memory")
		for (i = 1; i <= memory_count; i++) {
			median = least = greatest = idle[i] - before[i]
			put("idle", links[i])
		}
	else
		fail("there is no plot '" plot "'")
}
