/*
 * source_rules.h - the policies of all sources, made ready for the gate.
 */
#ifndef AGENTD_SOURCE_RULES_H
#define AGENTD_SOURCE_RULES_H

#include "agentd/source.h"

/*
 * Makes the rules of each source's policy, with the known_hosts files that trusted has read by now.
 * Reports every mistake, by the line of config_path (NULL if there is none) that the id's section
 * begins on, and warns of hosts that are not known. trusted outlives the sources. 0; -EINVAL or
 * -ENOMEM, and then some sources have the rules from before, with which nothing passes if the
 * policy has become another.
 */
int source_set_make_rules(struct source_set *set, struct trusted_hosts *trusted,
			  const char *config_path);

/* Takes the rules away again; nothing passes without them. */
void source_set_drop_rules(struct source_set *set);

/* Warns of ids that are to be confirmed, where nobody can be asked: now, not when a build needs it. */
void source_set_warn_of_no_askpass(const struct source_set *set);

#endif
