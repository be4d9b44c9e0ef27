/*
 * discover.h - asks on the local networks, by broadcast, for a daemon (common/discovery.h).
 *
 * An answer is a hint: where to look, no more. With a token the link proves the daemon before anything
 * is sent to it; without one whoever answers would be believed, so that takes --discover.
 */
#ifndef SHIM_DISCOVER_H
#define SHIM_DISCOVER_H

#include <uv.h>

#include "common/discovery.h"

enum {
	DISCOVER_ANSWERS_MAX = 6, /* addresses that are listened to */
	DISCOVER_TIME_MS = 700,	  /* on a bridge an answer takes a millisecond */
};

struct discover;

struct discover_events {
	/* host answered, an address; port is its link's. Once for each address. */
	void (*on_answer)(void *owner, const char *host, uint16_t port);
	/* Time is up: no more answers come. The owner then closes. */
	void (*on_over)(void *owner);
};

/*
 * Starts asking for the daemon of that host key; NULL: for any. 0 and *out; or a negative errno where no
 * network can be asked. No event comes from inside.
 */
int discover_start(uv_loop_t *loop, const uint8_t *host_key_hash,
		   const struct discover_events *events, void *owner, struct discover **out);

/* Stops; no event comes any more. It frees itself. */
void discover_close(struct discover *discover);

#endif
