/*
 * policy.h - what an id's owner allows to be done with its keys: an [id] section of the
 * configuration, beside what backs the id.
 *
 * Only the words are here, and the reading of them. What follows from each is judged elsewhere:
 * hosts, users, keys and SSHSIG namespaces by the gate, the rest by the relay.
 */
#ifndef AGENTD_POLICY_H
#define AGENTD_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agentd/word_list.h"

enum { POLICY_REASON_MAX = 256 };

struct policy {
	struct word_list hosts;		    /* where logins may go, HOST[:PORT]; none: anywhere */
	struct word_list users;		    /* whom they may log in; none: anybody */
	struct word_list only_keys;	    /* SHA256:... or a .pub file; none: every key */
	struct word_list sshsig_namespaces; /* of files and commits that are signed; none: none */
	struct word_list repos;		    /* HOST/PATH patterns that these keys are for */
	bool confirms;			    /* someone is asked before each signature */
	uint32_t max_signatures;	    /* while the daemon runs; 0: no limit */
	uint64_t lifetime_s;		    /* from the daemon's start on; 0: no end */
};

/*
 * Takes what an [id] section says; a key with words may come more than once, and its words are
 * separated by commas. 0; -ENOENT: there is no key of that name; -EINVAL, and reason says what is
 * wrong with the value; -ENOMEM. value is not kept.
 */
int policy_set(struct policy *policy, const char *name, const char *value,
	       char reason[POLICY_REASON_MAX]);

/* The names that policy_set knows, one by one; NULL behind the last. */
const char *policy_name(size_t index);

/* True if the key holds words, and may come more than once. */
bool policy_name_is_list(const char *name);

void policy_deinit(struct policy *policy);

#endif
