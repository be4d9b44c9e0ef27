/*
 * grant.h - what a peer was let in to: everything, or what its token says.
 */
#ifndef AGENTD_GRANT_H
#define AGENTD_GRANT_H

#include <time.h>

#include "agentd/lease.h"
#include "common/address.h"
#include "common/token.h"

struct grant {
	uint64_t link; /* its number in this run, from 1 on; 0: it has none yet */
	time_t since;  /* when it came; and, by lease_clock_s: */
	uint64_t since_s;
	unsigned relay_count;	     /* its agent connections */
	char peer[ADDRESS_TEXT_MAX]; /* for the log */
	bool has_token;		     /* else: every id and secret, without end */
	struct token token;
	struct lease *lease; /* where the token limits signatures, else NULL */
};

bool grant_covers(const struct grant *grant, const char *id);
bool grant_covers_secret(const struct grant *grant, const char *name);

/* NULL, or why nothing more may be asked: the token has expired. now_s is of lease_wall_clock_s. */
const char *grant_check(const struct grant *grant, uint64_t now_s);

/* NULL, or why no signature may be made. */
const char *grant_check_signature(const struct grant *grant);

/* The same, and counts it if it may. */
const char *grant_take_signature(struct grant *grant);

/*
 * True if both are, for all we can tell, of one build, or of builds that could as well be one: the
 * same address, whatever the port, and a token of the same name. Processes on our Unix sockets are one.
 */
bool grant_is_same_build(const struct grant *a, const struct grant *b);

/* What that looks at, and no more. */
void grant_copy_build(const struct grant *grant, struct grant *out);

/* The token's name, or "-". */
const char *grant_name(const struct grant *grant);

#endif
