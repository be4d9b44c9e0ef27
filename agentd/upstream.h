/*
 * upstream.h - connections to sources, and the queue for them.
 *
 * Both kinds of source are an agent on a stream socket: a path to connect to, or the keeper,
 * which is handed one end of a socket pair. A source has limits.upstream_per_id connections;
 * whoever comes later waits, and a connection that is idle and holds no state (no session-bind)
 * is taken back for one who waits, since its owner can open another. One that holds state is ended
 * where a build with fewer connections has waited for some time (share.h). Requests go to the keeper by
 * turns, while builds compete for it (request_turns.h).
 */
#ifndef AGENTD_UPSTREAM_H
#define AGENTD_UPSTREAM_H

#include <uv.h>

#include "agentd/grant.h"
#include "agentd/limits.h"
#include "agentd/source.h"
#include "common/bytes.h"

/* What connections are made with; one for the daemon. */
struct upstream_pool {
	uv_loop_t *loop;
	const struct limits *limits;
	/* After this time a build that waits is given what others have too much of. */
	unsigned patience_ms;
};

struct upstream_events {
	/* The connection is there, and it is its turn: the request is to be sent now. */
	void (*on_turn)(struct upstream *upstream);
	/* The connection is there, and its turn is not: on_turn comes later, or on_failed. Never of an onlooker. */
	void (*on_turn_awaited)(struct upstream *upstream);
	/* A whole reply, header included; the view ends with the call. */
	void (*on_replied)(struct upstream *upstream, struct byte_view frame);
	/* Cannot be opened, broke, or spoke out of turn; reason for the log. Close it. */
	void (*on_failed)(struct upstream *upstream, const char *reason);
	/* Asked when others wait: true if the owner has let go of the connection. */
	bool (*on_wanted)(struct upstream *upstream);
	/* True if nobody waits for what the owner was asked; on_failed may come then. */
	bool (*is_idle)(const struct upstream *upstream);
	/* The owner is no build: it competes with none, and has no turn to wait for. */
	bool is_onlooker;
};

void upstream_pool_init(struct upstream_pool *pool, uv_loop_t *loop, const struct limits *limits);

/*
 * Asks for a connection for a request; on_turn or on_failed comes later, never from within. The caller gives
 * it back with upstream_close. NULL when out of memory. grant: whose share of the connections it is of.
 */
struct upstream *upstream_new(struct upstream_pool *pool, struct source *source,
			      const struct grant *grant, const struct upstream_events *events,
			      void *owner);

void *upstream_owner(const struct upstream *upstream);

/* True if others wait for a connection to the same source. */
bool upstream_is_wanted(const struct upstream *upstream);

/* True if another build, which has fewer, has waited for one for some time. */
bool upstream_is_owed(const struct upstream *upstream);

/* Asks for the turn of a further request. True: it is now; else on_turn comes, or on_failed. */
bool upstream_ask_turn(struct upstream *upstream);

/* Sends one request frame, whose turn it is; its reply comes as on_replied. 0 or a negative errno. */
int upstream_send(struct upstream *upstream, struct byte_view frame);

/* What to say where it broke. */
const char *upstream_loss(const struct upstream *upstream);

/* Closes and, later, frees; no event comes any more. */
void upstream_close(struct upstream *upstream);

#endif
