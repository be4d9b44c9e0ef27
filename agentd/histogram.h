/*
 * histogram.h - how long things took, in a fixed amount of memory.
 *
 * Logarithmic buckets of microseconds, eight to each doubling: what comes out is at most 7 % off
 * what went in, from 1 us to 19 hours.
 */
#ifndef AGENTD_HISTOGRAM_H
#define AGENTD_HISTOGRAM_H

#include <stdint.h>

enum {
	HISTOGRAM_STEPS = 8, /* to a doubling; a power of two */
	HISTOGRAM_BUCKETS = HISTOGRAM_STEPS * 34,
};

struct histogram {
	uint64_t count;
	uint64_t max_ns;
	uint32_t buckets[HISTOGRAM_BUCKETS];
};

/* Longer than the last bucket counts as that long. */
void histogram_add(struct histogram *histogram, uint64_t duration_ns);

/* What percent (1 to 100) of all durations were not longer than, in nanoseconds; 0 if there are none. */
uint64_t histogram_percentile(const struct histogram *histogram, unsigned percent);

#endif
