#include "agentd/upstream_queue.h"

#include <stddef.h>

#include "agentd/upstream_parts.h"

static void upstream_hold(struct upstream *up)
{
	uv_timer_stop(&up->timer);
	share_hold(&up->seat);
	up->source->state->open_count++;
	up->is_holder = true;
	TAILQ_INSERT_TAIL(&up->source->state->holders, up, entry);
	up->state = UPSTREAM_OPENING;
	up->give_up_at_ms =
		uv_now(up->pool->loop) + (uint64_t)up->pool->limits->request_seconds * 1000;
}

/* Takes an idle connection back from its owner; the oldest holder is asked first. */
static void upstream_reclaim_one(struct source *source)
{
	struct upstream *holder;

	TAILQ_FOREACH(holder, &source->state->holders, entry) {
		if (holder->state == UPSTREAM_OPEN && !holder->is_asked &&
		    holder->events->on_wanted(holder)) {
			upstream_close(holder);
			return;
		}
	}
}

bool upstream_is_wanted(const struct upstream *up)
{
	return !TAILQ_EMPTY(&up->source->state->waiters);
}

bool upstream_is_owed(const struct upstream *up)
{
	uint64_t now_ms = uv_now(up->pool->loop); /* of a clock that began when the machine did */
	uint64_t patience_ms = up->pool->patience_ms;

	return upstream_is_wanted(up) && now_ms >= patience_ms &&
	       share_is_due(&up->source->state->shares, up->seat.share, now_ms - patience_ms);
}

static struct upstream *upstream_of(struct share_seat *seat)
{
	return (struct upstream *)(void *)((char *)seat - offsetof(struct upstream, seat));
}

/* The one of the build that was unused longest; NULL if none is unused. */
static struct upstream *upstream_unused(const struct share *share)
{
	struct share_seat *seat;

	TAILQ_FOREACH(seat, &share->holders, entry) {
		struct upstream *up = upstream_of(seat);

		if (up->state == UPSTREAM_OPEN && !up->is_asked && up->events->is_idle(up))
			return up;
	}
	return NULL;
}

/* Of the builds that owe one to this, the one that has most gives it. */
static struct upstream *upstream_spare(const struct source *source, const struct share *to)
{
	struct upstream *spare = NULL;
	const struct share *share;

	LIST_FOREACH(share, &source->state->shares, entry) {
		struct upstream *up;

		if (!share_owes(share, to) ||
		    (spare != NULL && share->held <= spare->seat.share->held))
			continue;
		up = upstream_unused(share);
		if (up != NULL)
			spare = up;
	}
	return spare;
}

static void on_patience_over(uv_timer_t *timer)
{
	struct upstream *up = timer->data;
	struct upstream *spare;

	if (up->state != UPSTREAM_WAITING)
		return;
	uv_timer_start(&up->timer, on_patience_over, up->pool->patience_ms, 0);
	spare = upstream_spare(up->source, up->seat.share);
	if (spare != NULL)
		upstream_fail(spare, "it was unused, and other builds that have fewer wait");
}

/* The first who waits of a build looks after its share: one timer for all of them. */
static void upstream_watch(const struct share *share)
{
	struct share_seat *seat = TAILQ_FIRST(&share->waiters);
	struct upstream *first = seat != NULL ? upstream_of(seat) : NULL;
	uint64_t now_ms;
	uint64_t due_ms;

	if (first == NULL || uv_is_active((uv_handle_t *)&first->timer))
		return;
	now_ms = uv_now(first->pool->loop);
	due_ms = seat->since_ms + first->pool->patience_ms;
	uv_timer_start(&first->timer, on_patience_over, due_ms > now_ms ? due_ms - now_ms : 0, 0);
}

/* Whose turn it is gets the connection that has become free. */
static void upstream_hand_on(struct upstream *up)
{
	struct share_seat *seat = share_next(&up->source->state->shares);
	struct upstream *next;
	const struct share *share;

	if (seat == NULL)
		return;
	next = upstream_of(seat);
	share = seat->share;
	TAILQ_REMOVE(&next->source->state->waiters, next, entry);
	upstream_hold(next);
	upstream_begin_after(next, up);
	upstream_watch(share);
}

void upstream_queue_join(struct upstream *up)
{
	struct source *source = up->source;

	if (source->state->open_count < up->pool->limits->upstream_per_id) {
		upstream_hold(up);
		upstream_begin(up);
		return;
	}
	up->state = UPSTREAM_WAITING;
	TAILQ_INSERT_TAIL(&source->state->waiters, up, entry);
	upstream_watch(up->seat.share);
	upstream_reclaim_one(source);
}

void upstream_queue_leave(struct upstream *up)
{
	struct share_seat *next = TAILQ_NEXT(&up->seat, entry);

	share_leave(&up->seat);
	TAILQ_REMOVE(up->is_holder ? &up->source->state->holders : &up->source->state->waiters, up,
		     entry);
	if (up->is_holder) {
		up->source->state->open_count--;
		upstream_hand_on(up);
	} else if (next != NULL) {
		upstream_watch(next->share);
	}
}
