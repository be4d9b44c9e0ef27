#include "shim/liveness.h"

#include <stdio.h>

static uint64_t bytes_heard(const struct liveness *liveness)
{
	const struct link *link = *liveness->link;

	return link != NULL ? link->wire.socket_counter.in_bytes : 0;
}

static void liveness_give_up(struct liveness *liveness)
{
	char reason[LINK_SAID_SIZE];

	snprintf(reason, sizeof(reason),
		 "ssh-forward-agentd, or its machine, hangs: nothing came from it for %u seconds, "
		 "though it was asked",
		 LIVENESS_TICKS * liveness->interval_ms / 1000);
	link_lose(*liveness->link, reason);
}

/*
 * Intervals are counted, not time: after a sleep of our own there is one tick, however long it was, and then what
 * the daemon has said meanwhile is read.
 */
static void on_tick(uv_timer_t *timer)
{
	struct liveness *liveness = timer->data;
	uint64_t heard = bytes_heard(liveness);

	if (liveness->waiting_count == 0) {
		uv_timer_stop(timer);
		return;
	}
	/* Without a link it is searched for, and that has a limit of its own. */
	if (*liveness->link == NULL || heard != liveness->heard_bytes) {
		liveness->heard_bytes = heard;
		liveness->silent_count = 0;
	} else if (++liveness->silent_count < LIVENESS_TICKS) {
		link_ask_for_life(*liveness->link);
	} else {
		liveness_give_up(liveness);
	}
}

void liveness_init(struct liveness *liveness, uv_loop_t *loop, struct link *const *link,
		   unsigned interval_ms)
{
	*liveness = (struct liveness){.link = link, .interval_ms = interval_ms};
	uv_timer_init(loop, &liveness->tick);
	liveness->tick.data = liveness;
	uv_unref((uv_handle_t *)&liveness->tick);
}

void liveness_begin(struct liveness *liveness)
{
	uv_handle_t *handle = (uv_handle_t *)&liveness->tick;

	if (liveness->waiting_count++ > 0 || uv_is_active(handle) || uv_is_closing(handle))
		return;
	liveness->heard_bytes = bytes_heard(liveness);
	liveness->silent_count = 0;
	uv_timer_start(&liveness->tick, on_tick, liveness->interval_ms, liveness->interval_ms);
}

void liveness_end(struct liveness *liveness)
{
	liveness->waiting_count--;
}

void liveness_close(struct liveness *liveness)
{
	if (!uv_is_closing((uv_handle_t *)&liveness->tick))
		uv_close((uv_handle_t *)&liveness->tick, NULL);
}
