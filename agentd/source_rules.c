#include "agentd/source_rules.h"

#include "agentd/confirm.h"
#include "common/log.h"

static void report(const struct source *source, const char *config_path, const char *reason)
{
	if (config_path != NULL && source->config_line > 0)
		log_error("%s:%u: id \"%s\": %s", config_path, source->config_line, source->id,
			  reason);
	else
		log_error("id \"%s\": %s", source->id, reason);
}

static int make_rules(struct source *source, struct trusted_hosts *trusted, const char *config_path)
{
	char reason[POLICY_REASON_MAX] = "out of memory";
	struct rules rules;
	int err = rules_init(&rules, &source->policy, trusted, reason);

	if (err != 0) {
		report(source, config_path, reason);
		return err;
	}
	rules_deinit(&source->rules);
	source->rules = rules;
	rules_warn_of_unknown_hosts(&rules, source->id);
	return 0;
}

int source_set_make_rules(struct source_set *set, struct trusted_hosts *trusted,
			  const char *config_path)
{
	int err = 0;

	for (size_t i = 0; i < set->count; i++) {
		int source_err = make_rules(set->list[i], trusted, config_path);

		if (source_err != 0)
			err = source_err;
	}
	return err;
}

void source_set_drop_rules(struct source_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		rules_deinit(&set->list[i]->rules);
}

void source_set_warn_of_no_askpass(const struct source_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->list[i]->policy.confirms && confirm_program() == NULL)
			log_warn("id \"%s\" is to be confirmed, but SSH_ASKPASS is not set: nobody "
				 "can be asked, and every signature is refused; set SSH_ASKPASS to "
				 "a "
				 "program such as /usr/bin/ssh-askpass",
				 set->list[i]->id);
	}
}
