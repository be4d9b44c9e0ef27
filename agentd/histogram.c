#include "agentd/histogram.h"

#include <stddef.h>

/* The first two doublings have a bucket for each microsecond; then the leading four bits decide. */
static size_t bucket_of(uint64_t us)
{
	unsigned exponent;
	size_t index;

	if (us < 2 * HISTOGRAM_STEPS)
		return (size_t)us;
	exponent = 63 - (unsigned)__builtin_clzll(us) - 3;
	index = exponent * HISTOGRAM_STEPS + (size_t)(us >> exponent);
	return index < HISTOGRAM_BUCKETS ? index : HISTOGRAM_BUCKETS - 1;
}

/* The middle of a bucket. */
static uint64_t bucket_ns(size_t index)
{
	unsigned exponent;
	uint64_t first;

	if (index < 2 * HISTOGRAM_STEPS)
		return (uint64_t)index * 1000 + 500;
	exponent = (unsigned)(index / HISTOGRAM_STEPS) - 1;
	first = (uint64_t)(index % HISTOGRAM_STEPS + HISTOGRAM_STEPS) << exponent;
	return first * 1000 + ((uint64_t)1000 << exponent) / 2;
}

void histogram_add(struct histogram *histogram, uint64_t duration_ns)
{
	uint32_t *bucket = &histogram->buckets[bucket_of(duration_ns / 1000)];

	if (*bucket < UINT32_MAX)
		(*bucket)++;
	histogram->count++;
	if (duration_ns > histogram->max_ns)
		histogram->max_ns = duration_ns;
}

uint64_t histogram_percentile(const struct histogram *histogram, unsigned percent)
{
	/* Rounded up: of three, the median is the second. */
	uint64_t rank = (histogram->count * percent + 99) / 100;
	uint64_t seen = 0;

	if (histogram->count == 0)
		return 0;
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += histogram->buckets[i];
		if (seen >= rank && seen > 0)
			return bucket_ns(i) < histogram->max_ns ? bucket_ns(i) : histogram->max_ns;
	}
	return histogram->max_ns; /* a bucket is full */
}
