#include "agentd/source_rules.h"

#include "common/log.h"

static int make_rules(struct source *source, struct trusted_hosts *trusted)
{
	char reason[POLICY_REASON_MAX] = "out of memory";
	struct rules rules;
	int err = rules_init(&rules, &source->policy, trusted, reason);

	if (err != 0) {
		log_error("id \"%s\": %s", source->id, reason);
		return err;
	}
	rules_deinit(&source->rules);
	source->rules = rules;
	rules_warn_of_unknown_hosts(&rules, source->id);
	return 0;
}

int source_set_make_rules(struct source_set *set, struct trusted_hosts *trusted)
{
	int err = 0;

	for (size_t i = 0; i < set->count; i++) {
		int source_err = make_rules(set->list[i], trusted);

		if (source_err != 0)
			err = source_err;
	}
	return err;
}
