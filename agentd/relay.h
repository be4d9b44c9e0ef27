/*
 * relay.h - one agent connection, from a build to a source.
 *
 * Takes bytes from downstream, whatever carries them (a channel of a link, a Unix socket), cuts
 * them into requests, passes each through the gate and on to the upstream connection it owns from
 * the first request on. One request is in flight at a time; while it is, nothing more is taken
 * from downstream than one frame's worth, which is all the back-pressure there is need of.
 */
#ifndef AGENTD_RELAY_H
#define AGENTD_RELAY_H

#include "agentd/audit.h"
#include "agentd/confirm.h"
#include "agentd/grant.h"
#include "agentd/upstream.h"
#include "common/bytes.h"

struct relay;

/* All called from the loop or from relay_run; none frees the relay. */
struct relay_events {
	/* A whole reply frame for downstream; the view ends with the call. */
	void (*on_replied)(struct relay *relay, struct byte_view frame);
	/* Why the failure is one that on_replied brings next: a text for people. May be NULL. */
	void (*on_excused)(struct relay *relay, const char *reason);
	/* Nothing more can be done here: send what is queued, end the connection, relay_close. */
	void (*on_ended)(struct relay *relay);
};

/* What relays of a daemon have in common. */
struct relay_context {
	struct upstream_pool *pool;
	struct confirm *confirm;
	struct audit *audit;	    /* NULL: there is none */
	struct record_list records; /* of the requests in flight */
	unsigned relay_count;	    /* agent connections */
	unsigned busy_count;	    /* relays with a request in flight */
	size_t input_len;	    /* bytes that wait in all of them */
	struct refusals refusals;   /* of what came to no request for an id: logins, channels */
	void (*on_quiet)(struct relay_context *context); /* busy_count fell to 0; may be NULL */
	void *owner;
};

/* grant outlives the relay. NULL when out of memory. */
struct relay *relay_new(struct relay_context *context, struct source *source, struct grant *grant,
			const struct relay_events *events, void *owner);

void *relay_owner(const struct relay *relay);

/* The id that it is for. */
const char *relay_id(const struct relay *relay);

/*
 * Keeps bytes from downstream; does no more than copy, so it may be called inside libssh's
 * callbacks. 0; or a negative errno of inbox_put, and the peer is to be cut off.
 */
int relay_input(struct relay *relay, struct byte_view bytes);

/* Downstream has sent its last byte: on_ended comes once what it asked is answered. */
void relay_end_input(struct relay *relay);

/* Takes up the next request if none is in flight; to be called after input, and when downstream
 * has room for the reply. */
void relay_run(struct relay *relay);

/* True while a request is in flight. */
bool relay_is_busy(const struct relay *relay);

/* Closes, with what is upstream, and later frees; no event comes any more. */
void relay_close(struct relay *relay);

#endif
