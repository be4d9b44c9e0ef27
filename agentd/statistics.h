/*
 * statistics.h - how the requests for one id have fared since the daemon started.
 */
#ifndef AGENTD_STATISTICS_H
#define AGENTD_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agentd/histogram.h"

enum { REFUSAL_REASONS_MAX = 64 };

/* How often, by reason. The reasons are the constants of this program, so there are but so many. */
struct refusals {
	struct {
		const char *reason;
		uint64_t count;
	} list[REFUSAL_REASONS_MAX];
	size_t count;
	uint64_t total;
};

struct statistics {
	uint64_t signed_count;
	uint64_t failed_count; /* the source refused, or no answer came */
	struct refusals refusals;
	struct histogram total;	   /* of what was signed: from the request to the reply */
	struct histogram upstream; /* of that, what the source took */
};

/* reason: a constant. */
void refusals_count(struct refusals *refusals, const char *reason);

#endif
