/*
 * liveness.h - notices a daemon that hangs: the kernel of its machine acknowledges all that is sent, and nothing is
 * ever answered.
 *
 * While somebody waits for the daemon and nothing at all comes from it, it is asked whether it lives. One that is
 * slow for a reason, since somebody has to touch a key or to say yes, answers that at once, whatever its version.
 * A link on which nothing comes all the same is lost. A request costs no more than a count, and where nobody waits
 * there is neither timer nor question: an idle link stays silent.
 */
#ifndef SHIM_LIVENESS_H
#define SHIM_LIVENESS_H

#include <stdbool.h>
#include <uv.h>

#include "shim/link.h"

enum { LIVENESS_INTERVAL_MS = 4000, LIVENESS_TICKS = 4 };

struct liveness {
	uv_timer_t
		tick; /* goes on for a while after the last who waited, so as not to be begun for each */
	struct link *const *link;
	unsigned interval_ms;
	unsigned waiting_count;
	unsigned silent_count; /* ticks since something came */
	uint64_t heard_bytes;  /* by the last tick */
};

/*
 * *link is the link at any time, or NULL while there is none; both outlive it. The link is lost when
 * LIVENESS_TICKS intervals have passed in which somebody waited and nothing came.
 */
void liveness_init(struct liveness *liveness, uv_loop_t *loop, struct link *const *link,
		   unsigned interval_ms);

/* Somebody waits for something from the daemon; it has come, or is not waited for any more. In pairs. */
void liveness_begin(struct liveness *liveness);
void liveness_end(struct liveness *liveness);

/* Starts closing; idempotent. The others may still be called. */
void liveness_close(struct liveness *liveness);

#endif
