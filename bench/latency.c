#include "bench/latency.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int latency_init(struct latency *latency, size_t capacity)
{
	uint64_t *samples_ns = calloc(capacity > 0 ? capacity : 1, sizeof(*samples_ns));

	if (samples_ns == NULL)
		return -ENOMEM;
	*latency = (struct latency){.samples_ns = samples_ns, .capacity = capacity};
	return 0;
}

void latency_deinit(struct latency *latency)
{
	free(latency->samples_ns);
	*latency = (struct latency){0};
}

void latency_add(struct latency *latency, uint64_t ns)
{
	assert(latency->count < latency->capacity);
	latency->samples_ns[latency->count++] = ns;
}

static int compare_ns(const void *a, const void *b)
{
	const uint64_t *left = a;
	const uint64_t *right = b;

	return (*left > *right) - (*left < *right);
}

void latency_sort(struct latency *latency)
{
	qsort(latency->samples_ns, latency->count, sizeof(*latency->samples_ns), compare_ns);
}

uint64_t latency_percentile_ns(const struct latency *latency, unsigned percent)
{
	size_t rank = (latency->count * percent + 99) / 100;

	if (latency->count == 0)
		return 0;
	return latency->samples_ns[rank > 0 ? rank - 1 : 0];
}
