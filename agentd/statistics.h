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
	/* Whether the source answered when it was asked last; asked_at 0: it never was. */
	uint64_t asked_at_s;
	bool is_answering;
	const char *failure; /* a constant; why it does not */
};

/* reason: a constant. */
void refusals_count(struct refusals *refusals, const char *reason);

/* The source answered something at now_s; failure NULL: it did, else why not. */
void statistics_source(struct statistics *statistics, uint64_t now_s, const char *failure);

#endif
