/*
 * uplink.h - the way to the daemon that was found, for as long as the command runs.
 *
 * Over TCP it is one link, made anew when it is lost and somebody asks; to a Unix socket there is
 * nothing to keep: each agent connection is a connection of its own.
 */
#ifndef SHIM_UPLINK_H
#define SHIM_UPLINK_H

#include "common/token.h"
#include "shim/failure_notice.h"
#include "shim/find.h"
#include "shim/liveness.h"
#include "shim/upstream.h"

struct link_upstream;
struct wait_notice;

struct uplink {
	uv_loop_t *loop;
	struct find_request request; /* for finding it again: the one candidate */
	char where[CANDIDATE_WHERE_SIZE];
	char path[CANDIDATE_WHERE_SIZE]; /* the Unix socket; empty over TCP */
	enum {
		UPLINK_UP,
		UPLINK_DOWN,
		UPLINK_SEEKING
	} state; /* UPLINK_UP always for a Unix socket */
	struct link *link;
	struct find *find;
	struct link_upstream *waiting; /* agent connections that wait for the link */
	uint64_t not_before_ms;	       /* no new attempt before, after one that failed */
	struct wait_notice *notice;    /* told of signatures in flight; NULL: nobody is */
	struct failure_notice failures;
	struct liveness liveness; /* told of whatever waits for the daemon */
	bool has_told;		  /* that it cannot be found; once for each loss */
};

/* Takes over what was found. It stays where it is from now on. */
void uplink_init(struct uplink *uplink, uv_loop_t *loop, const struct found *found,
		 const struct link_credentials *credentials);

/*
 * Opens an agent connection to an id; a Unix socket has its own. id is borrowed for as long as the
 * connection lasts. 0, with *out set before the first event, which may come before this
 * returns; or a negative errno and no event.
 */
int uplink_open(struct uplink *uplink, const char *id, const struct upstream_events *events,
		void *owner, struct upstream **out);

/* Closes the link; its agent connections end with on_closed. Idempotent. */
void uplink_close(struct uplink *uplink);

#endif
