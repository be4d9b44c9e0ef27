/*
 * refusal_tally.h - builds whose signatures were not confirmed: whoever is asked again and again says yes
 * in the end, so that it is counted how often they said no.
 *
 * A table of bounded size: a build is in it for some minutes from its first refusal on, or until
 * somebody says yes. Where it is full, the entry with the fewest refusals gives way.
 */
#ifndef AGENTD_REFUSAL_TALLY_H
#define AGENTD_REFUSAL_TALLY_H

#include <stdint.h>

#include "agentd/grant.h"

enum { REFUSAL_TALLY_ENTRIES = 64, REFUSAL_TALLY_WINDOW_MS = 10 * 60 * 1000 };

struct refusal_tally {
	struct refusal_tally_entry {
		struct grant build; /* of it no more than grant_is_same_build looks at */
		unsigned count;	    /* 0: a free entry */
		uint64_t begun_ms;
	} entries[REFUSAL_TALLY_ENTRIES];
};

/* Counts one of the build that grant is of; how many it has. now_ms is of any clock that goes on. */
unsigned refusal_tally_add(struct refusal_tally *tally, const struct grant *grant, uint64_t now_ms);

/* Somebody said yes. */
void refusal_tally_forget(struct refusal_tally *tally, const struct grant *grant);

unsigned refusal_tally_count(const struct refusal_tally *tally, const struct grant *grant,
			     uint64_t now_ms);

#endif
