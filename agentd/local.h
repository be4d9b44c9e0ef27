/*
 * local.h - an agent connection on one of the daemon's Unix sockets: agent protocol as it is.
 */
#ifndef AGENTD_LOCAL_H
#define AGENTD_LOCAL_H

#include "agentd/front.h"

/*
 * Serves an accepted Unix connection for source; takes over fd. A peer that is neither our user
 * nor root (SO_PEERCRED) is turned away.
 */
void local_accept(struct front *front, int fd, struct source *source);

/* Starts closing; idempotent. */
void local_close(struct local *local);

/* For the list in struct front. */
struct local {
	struct front *front;
	struct grant grant;
	struct relay *relay;
	uv_pipe_t pipe;
	uv_idle_t again; /* a further request waits that was read already */
	uv_write_t write;
	struct byte_buf out; /* what the socket did not take at once */
	int open_handles;
	bool is_paused; /* not reading: a frame's worth waits */
	bool is_ending;
	bool is_closing;
	LIST_ENTRY(local) entry;
};

#endif
