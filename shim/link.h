/*
 * link.h - one link: an SSH session to a daemon, from the connected socket to its end.
 *
 * Key exchange, proof of the daemon's identity, login, in this order: the token leaves only when
 * the host key is the one the token names. Non-blocking from the first call.
 */
#ifndef SHIM_LINK_H
#define SHIM_LINK_H

#include <stdbool.h>
#include <uv.h>

#include "common/fingerprint.h"
#include "common/wire.h"

enum { LINK_SAID_SIZE = 512 };

/* What a link shows, and what it wants to see; outlives the link. */
struct link_credentials {
	const char *token;			     /* NULL: trust in the network */
	uint8_t host_key_hash[FINGERPRINT_HASH_LEN]; /* the token's; unset without one */
};

struct link;
struct link_channel;

enum link_failure {
	LINK_UNUSABLE,	   /* the peer left, or speaks something else: another time it may not */
	LINK_OTHER_DAEMON, /* its host key is not the token's */
	LINK_REFUSED,	   /* the login, by the daemon that we wanted, or by any without a token */
};

/* One of on_failed and on_lost ends it: the link is gone then and frees itself. */
struct link_events {
	void (*on_ready)(void *owner);
	/* Before on_ready. said: what the peer said, or what went wrong; printable. */
	void (*on_failed)(void *owner, enum link_failure failure, const char *said);
	/* After on_ready. The channels' own on_closed come after it. */
	void (*on_lost)(void *owner, const char *reason);
};

struct link {
	struct wire wire;
	const struct link_credentials *credentials;
	const struct link_events *events; /* NULL once the owner has heard the last or closed */
	void *owner;
	enum { LINK_HANDSHAKE, LINK_LOGIN, LINK_UP } state;
	bool is_question_due;			/* link_ask_for_life's */
	struct link_channel *opening;		/* not open yet, in the order they came */
	char fingerprint[FINGERPRINT_TEXT_MAX]; /* the daemon's, once its host key is known */
};

/*
 * Starts a link on fd, connected and non-blocking, which it takes over in any case. 0 and *out; or
 * a negative errno and no event.
 */
int link_start(uv_loop_t *loop, int fd, const struct link_credentials *credentials,
	       const struct link_events *events, void *owner, struct link **out);

/* Hands the link to another owner. */
void link_adopt(struct link *link, const struct link_events *events, void *owner);

/* Closes; no event of the link comes any more, but its channels' on_closed do. It frees itself. */
void link_close(struct link *link);

/*
 * Asks the daemon, once it is up, for an answer of any kind: socket_counter of the wire tells whether something came. A
 * question that has no answer yet is not asked again.
 */
void link_ask_for_life(struct link *link);

/* From the loop: it is lost, for this reason. on_lost comes before this returns. */
void link_lose(struct link *link, const char *reason);

/* For link_channel.c: into, and out of, the queue of channels to be opened. */
void link_queue_channel(struct link *link, struct link_channel *channel);
void link_unqueue_channel(struct link *link, struct link_channel *channel);

#endif
