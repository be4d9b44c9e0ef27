/*
 * probe.h - one candidate being tried, until it has proved itself or has not.
 *
 * TCP: resolve, connect, then a link up to its login. A name may have many addresses, as that of a replicated
 * service has: they are tried in turn, the next as soon as one fails and beside one that keeps us waiting
 * (RFC 8305 section 5); the first link wins. A Unix socket: a list of identities, which only an agent answers.
 */
#ifndef SHIM_PROBE_H
#define SHIM_PROBE_H

#include "shim/candidates.h"
#include "shim/dial.h"
#include "shim/link.h"
#include "shim/resolve.h"
#include "shim/upstream.h"

enum probe_outcome {
	PROBE_IDLE,
	PROBE_RUNNING,
	PROBE_FOUND,
	PROBE_ABSENT,	    /* nobody there */
	PROBE_SILENT,	    /* somebody, but not, or not yet, speaking as a daemon does */
	PROBE_OTHER_DAEMON, /* not the one the token names */
	PROBE_REFUSED,	    /* a daemon that does not let us in: waiting will not help */
};

struct probe;
/* The outcome is there. May come from inside probe_start and probe_hurry. */
typedef void (*probe_done)(struct probe *probe);

enum { ATTEMPT_SAID_SIZE = 256 };

/* One address. Whichever of dial and link is at work; the other is NULL. */
struct probe_attempt {
	struct probe *probe;
	struct dial *dial;
	struct link *link;
	enum probe_outcome outcome;
	uint64_t since_ms; /* when the dial, or the link, began */
	char said[ATTEMPT_SAID_SIZE];
};

struct probe {
	uv_loop_t *loop;
	const struct candidate *candidate;
	const struct link_credentials *credentials;
	const char *id; /* for Unix sockets, each of which serves one; NULL: the default */
	probe_done on_done;
	void *owner;
	enum probe_outcome outcome;
	char said
		[LINK_SAID_SIZE]; /* what came of it, for people; while running, what it waits for */
	/* Whichever is at work; the others are NULL. */
	struct resolve *resolve;
	struct upstream *upstream;
	struct resolved resolved;
	struct probe_attempt
		attempts[RESOLVE_ADDRESSES_MAX]; /* with PROBE_FOUND: a link of one is up */
	size_t attempt_count;			 /* addresses tried, in their order */
	char path[CANDIDATE_WHERE_SIZE];	 /* the Unix socket, once chosen */
	struct byte_buf reply;			 /* its answer: one frame of identities */
};

/* Starts, or starts again after an outcome that was not PROBE_FOUND. */
void probe_start(struct probe *probe);

/* To be called now and then while it runs: tries another address beside one that keeps it waiting. */
void probe_hurry(struct probe *probe);

/* Stops what is at work and closes the link, if it still has it; idempotent. */
void probe_close(struct probe *probe);

/* Gives up the link of a found TCP candidate: the caller adopts it. */
struct link *probe_take_link(struct probe *probe);

#endif
