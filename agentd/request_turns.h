/*
 * request_turns.h - which requests go to a keeper, while builds compete for it.
 *
 * A keeper answers in the order it is asked, and does most where it always has much to do. So a build alone asks as it
 * likes. Where others ask too, each has no more requests out than the keeper has threads: else one that has hundreds
 * makes the others wait for all of them, again and again.
 */
#ifndef AGENTD_REQUEST_TURNS_H
#define AGENTD_REQUEST_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "agentd/grant.h"

/* Builds compete for so long after one has asked, or was answered, while others were about. */
enum { REQUEST_TURNS_COMPETE_MS = 1000 };

struct turn_build;
struct request_turns;

enum turn { TURN_NONE, TURN_AWAITED, TURN_TAKEN };

/* Of one connection to the keeper, which has a request at a time. */
struct turn_seat {
	struct request_turns *turns; /* NULL: it takes part in none, and never waits */
	struct turn_build *build;
	TAILQ_ENTRY(turn_seat) entry;
	enum turn turn;
};

/* What counts as one: grant_is_same_build. */
struct turn_build {
	LIST_ENTRY(turn_build) entry;
	uint64_t number;
	struct grant grant; /* no more of it than grant_is_same_build looks at */
	unsigned seat_count;
	size_t out_count;		 /* requests at the keeper */
	TAILQ_HEAD(, turn_seat) waiters; /* whose requests are not yet; first come first served */
	TAILQ_ENTRY(turn_build) queue_entry; /* where its waiters may have a turn */
	bool is_queued;
};

struct request_turns {
	size_t out_max; /* of a build, while others compete with it */
	LIST_HEAD(, turn_build) builds;
	TAILQ_HEAD(, turn_build) queue;
	unsigned busy_count;  /* builds with requests out or waiting */
	uint64_t build_count; /* that there ever were, to number them */
	uint64_t last;	      /* the number of the one that asked or was answered last; 0: none */
	struct grant last_grant; /* of it: it may leave, and come again */
	uint64_t last_ms;	 /* by the loop's clock */
	uint64_t compete_until_ms;
};

void request_turns_init(struct request_turns *turns, size_t out_max);

/* A connection of a build takes part. 0 or -ENOMEM. */
int request_turns_join(struct request_turns *turns, struct turn_seat *seat,
		       const struct grant *grant);

/* The seat wants to send a request, and has none out. True: it is its turn; else it waits for request_turns_next. */
bool request_turns_ask(struct turn_seat *seat, uint64_t now_ms);

/* Its request was answered, or will not be sent any more; it may have had none. */
void request_turns_end(struct turn_seat *seat, uint64_t now_ms);

/* The same, and it takes part no more. */
void request_turns_leave(struct turn_seat *seat, uint64_t now_ms);

/* Whose turn it is of those who wait; to be asked after an end, until it is NULL: nobody's before another end. */
struct turn_seat *request_turns_next(struct request_turns *turns, uint64_t now_ms);

#endif
