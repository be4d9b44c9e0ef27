/*
 * identity_query.h - asks a source for its identities, for ourselves and not for a build.
 *
 * Over a connection of its own, past the gate: nothing of it is counted, logged or put on record.
 */
#ifndef AGENTD_IDENTITY_QUERY_H
#define AGENTD_IDENTITY_QUERY_H

#include "agentd/upstream.h"

struct identity_query {
	struct source *source; /* held until identity_query_end */
	/* Once, from the loop: there is an answer, or a fault. */
	void (*on_done)(struct identity_query *query);
	void *owner;
	struct upstream *upstream; /* NULL: it is over */
	struct byte_buf
		answer;	   /* the body of the reply, with the keys that the id offers; or empty */
	const char *fault; /* why there is none, a constant; "it does not answer" until then */
};

/*
 * source, on_done and owner are set. 0; or a negative errno, and there is a fault and no on_done: no
 * connection to the source is free, and none is taken from a build (-EBUSY), or -ENOMEM.
 * identity_query_end is due in any case.
 */
int identity_query_begin(struct identity_query *query, struct upstream_pool *pool);

/* Gives up what is not over: on_done does not come any more. The answer stays. Idempotent. */
void identity_query_give_up(struct identity_query *query);

/* The same, and lets go of all. */
void identity_query_end(struct identity_query *query);

#endif
