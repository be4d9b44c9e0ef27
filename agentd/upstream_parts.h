/*
 * upstream_parts.h - what a connection to a source is made of, for upstream.c, which speaks over it, and
 * upstream_queue.c, which says who has one. Nobody else includes it.
 */
#ifndef AGENTD_UPSTREAM_PARTS_H
#define AGENTD_UPSTREAM_PARTS_H

#include "agentd/request_turns.h"
#include "agentd/upstream.h"

enum upstream_state {
	UPSTREAM_WAITING, /* for one of the source's connections */
	UPSTREAM_OPENING,
	UPSTREAM_OPEN,
	UPSTREAM_CLOSING,
};

struct upstream {
	struct upstream_pool *pool;
	struct source *source;
	const struct upstream_events *events;
	void *owner;
	enum upstream_state state;
	TAILQ_ENTRY(upstream) entry; /* of the source's waiters or holders */
	struct share_seat seat;	     /* of its build's */
	struct turn_seat turn;	     /* at the keeper */
	uv_pipe_t *pipe;	     /* goes to another, where it can */
	uv_timer_t timer;
	uv_connect_t connect;
	uv_write_t write;
	int open_handles;
	struct byte_buf request; /* what the socket did not take at once */
	struct byte_buf reply;
	uint64_t give_up_at_ms; /* by the loop's clock, if it is not open by then */
	bool is_asked;		/* a request is out */
	bool is_holder;
	bool is_broken; /* nobody is to have its pipe after it */
	const char *failure;
};

/* Opens the connection, or tries once more; what comes of it comes later. */
void upstream_begin(struct upstream *upstream);

/* The same; with the pipe of one that is about to close, where it can. */
void upstream_begin_after(struct upstream *upstream, struct upstream *closing);

/* Tells its owner. */
void upstream_fail(struct upstream *upstream, const char *reason);

#endif
