/*
 * wire_turns.h - whose turn it is, where many wires share one loop.
 *
 * A wire that has something to do does it at once, until those of this turn of the loop have taken their
 * share of time. From then on they wait, and go on in the next turns in this order: who has used least of
 * the loop's time lately, so that whoever keeps it busy waits for those who do not, and not the other way
 * round. Strangers, who have not said yet who they are, have a line of their own, which moves by one in
 * every turn: they keep nobody waiting for more than the work of one of them, and nobody keeps them out.
 * While members are at work, strangers pause after each share of time they have had: most of what members
 * ask meets none of them.
 */
#ifndef COMMON_WIRE_TURNS_H
#define COMMON_WIRE_TURNS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <uv.h>

/* Of one wire. */
struct wire_turn {
	struct wire_turns *turns; /* NULL: it takes part in no turns, and never waits */
	TAILQ_ENTRY(wire_turn) entry;
	void (*on_turn)(struct wire_turn *turn); /* it was in line, and its turn has come */
	void *owner;
	uint64_t used_ns; /* of the loop's time; what is long ago counts less and less */
	uint64_t used_until_ns;
	bool is_stranger;
	bool is_waiting;
};
TAILQ_HEAD(wire_turn_list, wire_turn);

struct wire_turns {
	struct wire_turn_list members;
	struct wire_turn_list strangers;
	uint64_t spent_ns;	     /* by members, in this turn of the loop */
	uint64_t strangers_spent_ns; /* since their last pause */
	struct wire_turn *pass_end;  /* last in line when one was let in; NULL: had its turn */
	uint64_t members_came_ns;    /* when a member last did something; 0: never */
	uv_idle_t
		next; /* first in a turn of the loop: members; it also keeps the loop from waiting */
	uv_prepare_t strangers_turn; /* then a stranger, when all members' replies have left */
	uv_timer_t strangers_pause;  /* while it runs, they have no turn */
	uv_check_t turn_end;	     /* last, after the sockets */
};

/* It keeps no loop alive by itself, but for the moment of a pause. */
void wire_turns_init(struct wire_turns *turns, uv_loop_t *loop);

/* Starts closing; all its wires are closed or closing. */
void wire_turns_close(struct wire_turns *turns);

/* The owner takes part, as a stranger. turns outlives it. */
void wire_turn_init(struct wire_turn *turn, struct wire_turns *turns,
		    void (*on_turn)(struct wire_turn *turn), void *owner);

/* Who it is has turned out. */
void wire_turn_join(struct wire_turn *turn);

/* True: it is its turn. Else, and always for strangers, it is in line now, and on_turn will be called once. */
bool wire_turn_ask(struct wire_turn *turn);

/* It has used this much of the loop's time. */
void wire_turn_use(struct wire_turn *turn, uint64_t used_ns);

/*
 * True if no more strangers should be let in now: they pause, or one was let in, and not all who were in line then have
 * had their turn. So the line gets no longer than is served, and who never leaves it keeps nobody out.
 */
bool wire_turns_keep_strangers_out(const struct wire_turns *turns);

/* A stranger was let in, or turned away at once, which took this much of the loop's time: it is strangers' time. */
void wire_turns_let_in(struct wire_turns *turns, uint64_t used_ns);

/* Its turn will not come. */
void wire_turn_leave(struct wire_turn *turn);

#endif
