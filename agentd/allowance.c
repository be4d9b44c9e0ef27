#include "agentd/allowance.h"

static const char *check_signature(const struct source *source, const struct grant *grant,
				   const struct audit *audit)
{
	const char *reason = audit_obstacle(audit);

	if (reason == NULL)
		reason = id_lease_check_signature(source->state->lease,
						  source->policy.max_signatures);
	return reason != NULL ? reason : grant_check_signature(grant);
}

const char *allowance_check(const struct source *source, const struct grant *grant,
			    const struct audit *audit, bool is_signature)
{
	const char *reason = grant_check(grant, lease_wall_clock_s());

	if (reason == NULL)
		reason = id_lease_check(source->state->lease, source->policy.lifetime_s,
					lease_clock_s());
	if (reason == NULL && is_signature)
		reason = check_signature(source, grant, audit);
	return reason;
}

const char *allowance_take_signature(struct source *source, struct grant *grant)
{
	source->state->lease->used++;
	return grant_take_signature(grant);
}
