/*
 * source_rules.h - the policies of all sources, made ready for the gate.
 */
#ifndef AGENTD_SOURCE_RULES_H
#define AGENTD_SOURCE_RULES_H

#include "agentd/source.h"

/*
 * Makes the rules of each source's policy. Reports every mistake, and warns of hosts that are not
 * known. 0; -EINVAL or -ENOMEM, and then the rules are partly those from before: a set that was in
 * use may stay in use only if no policy in it has changed.
 */
int source_set_make_rules(struct source_set *set, struct trusted_hosts *trusted);

#endif
