/*
 * grant.h - what a peer was let in to: everything, or what its token says.
 */
#ifndef AGENTD_GRANT_H
#define AGENTD_GRANT_H

#include "agentd/lease.h"
#include "common/address.h"
#include "common/token.h"

struct grant {
	char peer[ADDRESS_TEXT_MAX]; /* for the log */
	bool has_token;		     /* else: every id and secret, without end */
	struct token token;
	struct lease *lease; /* where the token limits signatures, else NULL */
};

bool grant_covers(const struct grant *grant, const char *id);
bool grant_covers_secret(const struct grant *grant, const char *name);

/* NULL, or why nothing more may be asked: the token has expired. now_s is the wall clock. */
const char *grant_check(const struct grant *grant, uint64_t now_s);

/* NULL, or why this signature may not be made; counts it if it may. */
const char *grant_take_signature(struct grant *grant);

/* The token's name, or "-". */
const char *grant_name(const struct grant *grant);

#endif
