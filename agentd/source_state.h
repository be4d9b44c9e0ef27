/*
 * source_state.h - what lasts of an id while the same agent, or the same key files, back it: its
 * connections, its keeper, what was counted.
 *
 * The configuration may be read again at any time, and makes sources anew; those that stand for the
 * same share one state, so that limits and counts are those of the id, whatever was reloaded.
 */
#ifndef AGENTD_SOURCE_STATE_H
#define AGENTD_SOURCE_STATE_H

#include <sys/queue.h>

#include "agentd/lease.h"
#include "agentd/share.h"
#include "agentd/statistics.h"

struct keeper_watch;
struct upstream;
TAILQ_HEAD(upstream_list, upstream);

struct source_state {
	unsigned source_count; /* that share it */
	struct statistics statistics;
	struct id_lease *lease;	      /* of the id: shared with states of its other backings */
	unsigned relay_count;	      /* agent connections of builds */
	unsigned open_count;	      /* connections to the agent or keeper */
	struct upstream_list holders; /* those that have one */
	struct upstream_list waiters; /* those that wait for one */
	struct share_list shares;     /* of both, by build */
	struct keeper_watch *keeper;  /* of key files; NULL: none yet */
	uint64_t look;		      /* of the key files when they were read: source_backing.h */
};

/* Of one source. NULL when out of memory. */
struct source_state *source_state_new(void);

/* What other has used is used of state, too, from now on: both are of one id. */
void source_state_join_lease(struct source_state *state, const struct source_state *other);

/* One more source shares it; one less, and with the last it is freed and its keeper let go. */
struct source_state *source_state_share(struct source_state *state);
void source_state_release(struct source_state *state);

#endif
