#include "agentd/statistics.h"

#include <string.h>

void refusals_count(struct refusals *refusals, const char *reason)
{
	size_t i = 0;

	refusals->total++;
	while (i < refusals->count && strcmp(refusals->list[i].reason, reason) != 0)
		i++;
	if (i == REFUSAL_REASONS_MAX)
		return; /* in the total only */
	if (i == refusals->count)
		refusals->list[refusals->count++].reason = reason;
	refusals->list[i].count++;
}
