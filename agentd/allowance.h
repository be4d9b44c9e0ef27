/*
 * allowance.h - what is left of an id and of a token: time, signatures, and the means to record them.
 */
#ifndef AGENTD_ALLOWANCE_H
#define AGENTD_ALLOWANCE_H

#include "agentd/audit.h"
#include "agentd/grant.h"
#include "agentd/source.h"

/*
 * NULL while the times of the token and of the id last; for a signature also while signatures are
 * left and can go on record. Else which of them is at its end; a constant.
 */
const char *allowance_check(const struct source *source, const struct grant *grant,
			    const struct audit *audit, bool is_signature);

/* Counts a signature that allowance_check has let pass. NULL, or why there is none left. */
const char *allowance_take_signature(struct source *source, struct grant *grant);

#endif
