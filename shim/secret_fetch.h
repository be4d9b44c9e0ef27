/*
 * secret_fetch.h - one secret on its way from the daemon, over a channel of its own.
 */
#ifndef SHIM_SECRET_FETCH_H
#define SHIM_SECRET_FETCH_H

#include "shim/link_channel.h"
#include "shim/secret_content.h"

enum { SECRET_FETCH_REASON_SIZE = LINK_SAID_SIZE };

struct secret_fetch;

struct secret_fetch_events {
	/* Something has come: it goes on. */
	void (*on_progress)(void *owner);
	/*
	 * The last event: the memory is the owner's again. err: 0 and the content is whole; -EREMOTEIO
	 * and reason is what the daemon said; -EPIPE the link broke; or what secret_content_put said.
	 */
	void (*on_ended)(struct secret_fetch *fetch, int err, const char *reason);
};

struct secret_fetch {
	struct link_channel channel;
	struct secret_content *content;
	struct byte_buf arrived; /* not yet in content */
	int err;
	const struct secret_fetch_events *events;
	void *owner;
};

/* Asks for the secret; content takes it. Events may come before this returns. */
void secret_fetch_start(struct secret_fetch *fetch, struct link *link, const char *id,
			bool is_directory, struct secret_content *content,
			const struct secret_fetch_events *events, void *owner);

/* Gives up: on_ended comes all the same, with err (negative). */
void secret_fetch_stop(struct secret_fetch *fetch, int err);

#endif
