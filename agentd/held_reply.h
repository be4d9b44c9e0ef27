/*
 * held_reply.h - a reply that is kept back until the audit log has its line: no signature leaves
 * without its record.
 *
 * The ticket is handed to whoever writes the line (audit.h); where the line must be waited for, the
 * reply is kept. One for an agent connection, which has one request in flight at most.
 */
#ifndef AGENTD_HELD_REPLY_H
#define AGENTD_HELD_REPLY_H

#include "agentd/audit.h"
#include "common/bytes.h"

struct held_reply {
	/* The line is written, err is 0; or it never will be, a negative errno. The view ends with the
	 * call, and from within it another reply may be kept. */
	void (*on_released)(struct held_reply *held, struct byte_view frame, int err);
	void *owner;
	struct audit_ticket ticket;
	struct byte_buf frame;
};

/* on_released and owner are set. */
void held_reply_init(struct held_reply *held);

/* Keeps a copy until the line is written that was promised for the ticket. 0 or -ENOMEM. */
int held_reply_keep(struct held_reply *held, struct byte_view frame);

/* Nobody will get it; the line is written none the less. Idempotent. */
void held_reply_drop(struct held_reply *held);

#endif
