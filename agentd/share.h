/*
 * share.h - what each build has of the connections to one source, and which build is next.
 *
 * What counts as one build: grant_is_same_build. A build that waits is owed a connection by one
 * that has more, so that none can keep all there are. Connections take part by their seat, which
 * is in one of the two lists of its build's share.
 */
#ifndef AGENTD_SHARE_H
#define AGENTD_SHARE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "agentd/grant.h"

struct share;

struct share_seat {
	struct share *share; /* NULL: in none */
	TAILQ_ENTRY(share_seat) entry;
	uint64_t since_ms; /* waits since then, by the loop's clock */
	bool is_holder;
};

TAILQ_HEAD(share_seats, share_seat);

struct share {
	LIST_ENTRY(share) entry;
	struct grant build; /* of it no more than grant_is_same_build looks at */
	unsigned held;
	struct share_seats holders; /* the one that was unused longest first */
	struct share_seats waiters; /* first come first served */
};

LIST_HEAD(share_list, share);

/* A new seat waits, in the share of the build that grant is of. 0 or -ENOMEM. */
int share_wait(struct share_list *shares, const struct grant *grant, struct share_seat *seat,
	       uint64_t now_ms);

/* Who waited has a connection now. */
void share_hold(struct share_seat *seat);

/* A connection was used. */
void share_touch(struct share_seat *seat);

/* The seat is in no share any more; a share without seats is freed. */
void share_leave(struct share_seat *seat);

/* Whose turn it is: of the build that has least, who waits longest. NULL if nobody waits. */
struct share_seat *share_next(const struct share_list *shares);

/* True if from has so much more than to that one of its connections would be better there. */
bool share_owes(const struct share *from, const struct share *to);

/* True if from owes to a build that waits since then or longer. */
bool share_is_due(const struct share_list *shares, const struct share *from, uint64_t since_ms);

#endif
