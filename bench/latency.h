/*
 * latency.h - every latency of a run, and what is told of them.
 */
#ifndef BENCH_LATENCY_H
#define BENCH_LATENCY_H

#include <stddef.h>
#include <stdint.h>

struct latency {
	uint64_t *samples_ns;
	size_t count;
	size_t capacity;
};

/* Takes all memory at once, so that measuring allocates nothing. 0 or -ENOMEM. */
int latency_init(struct latency *latency, size_t capacity);
void latency_deinit(struct latency *latency);

/* At most `capacity` times. */
void latency_add(struct latency *latency, uint64_t ns);

/* To be called once, after the last latency_add and before latency_percentile_ns. */
void latency_sort(struct latency *latency);

/* The smallest sample that at least `percent` of all samples do not pass (nearest rank), in ns;
 * 100 gives the largest. 0 if there are no samples. */
uint64_t latency_percentile_ns(const struct latency *latency, unsigned percent);

#endif
