/*
 * revocations.h - the names of tokens that are good for nothing any more.
 *
 * Kept for as long as the daemon runs; where the secret of tokens lasts (--token-file FILE), beside it in
 * FILE.revoked, a name a line, so that a revoked token stays so.
 */
#ifndef AGENTD_REVOCATIONS_H
#define AGENTD_REVOCATIONS_H

#include <stdbool.h>

#include "agentd/word_list.h"

enum { REVOCATIONS_MAX = 4096 };

struct revocations {
	struct word_list names;
	char *path; /* NULL: kept in memory only */
};

/*
 * Reads what is kept beside token_file; that there is nothing is no mistake. 0, or a negative errno after a
 * report. revocations is all zero before.
 */
int revocations_load(struct revocations *revocations, const char *token_file);

bool revocations_have(const struct revocations *revocations, const char *name);

/*
 * Adds a name, which has the form of an id. 0, also if it was there; or a negative errno: if revocations_have
 * it all the same, it counts from now on, and the file could not be written; else there are too many (-ENOSPC),
 * or there is no memory (-ENOMEM).
 */
int revocations_add(struct revocations *revocations, const char *name);

void revocations_deinit(struct revocations *revocations);

#endif
