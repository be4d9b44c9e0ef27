/*
 * status.h - how the daemon fares, as a JSON document: the answer to the verb "status" (docs/protocol.md).
 */
#ifndef AGENTD_STATUS_H
#define AGENTD_STATUS_H

#include "agentd/front.h"

enum {
	STATUS_LEN_MAX =
		4 * 1024 * 1024 - 64, /* what an answer of the control socket has room for */
	STATUS_PATIENCE_MS = 2000,    /* for the sources to list their keys */
};

struct status;

/*
 * Asks all sources for their keys, for STATUS_PATIENCE_MS at most, and then calls on_done once with the
 * document, one line of ASCII without its newline, never from within; empty when out of memory. The
 * status is gone after that. NULL when out of memory.
 */
struct status *status_new(struct front *front, void (*on_done)(void *owner, struct byte_view text),
			  void *owner);

/* Gives up; on_done does not come. */
void status_cancel(struct status *status);

#endif
