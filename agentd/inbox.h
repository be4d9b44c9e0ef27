/*
 * inbox.h - what a peer has sent on an agent connection and nobody has taken up yet: a request at
 * most, or some small ones.
 */
#ifndef AGENTD_INBOX_H
#define AGENTD_INBOX_H

#include "common/bytes.h"

struct inbox {
	struct byte_buf bytes;
	size_t *total_len; /* of all inboxes of the daemon */
};

void inbox_init(struct inbox *inbox, size_t *total_len);

/*
 * Keeps bytes. 0; -EMSGSIZE: more than a frame waits, for the peer does not hold to one request at a
 * time; -ENOBUFS: large requests of all peers take too much room; -ENOMEM.
 */
int inbox_put(struct inbox *inbox, struct byte_view bytes);

/* What to say of these; a constant. */
const char *inbox_fault(int err);

struct byte_view inbox_view(const struct inbox *inbox);

/* The frame at its start, which frame_peek has found whole; and its body. */
struct byte_view inbox_frame(const struct inbox *inbox);
struct byte_view inbox_request(const struct inbox *inbox);

/* Removes the first len bytes; when all are gone, also much of their memory. */
void inbox_consume(struct inbox *inbox, size_t len);

/* Removes everything. */
void inbox_clear(struct inbox *inbox);

#endif
