#include "agentd/request_turns.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

void request_turns_init(struct request_turns *turns, size_t out_max)
{
	*turns = (struct request_turns){.out_max = out_max};
	LIST_INIT(&turns->builds);
	TAILQ_INIT(&turns->queue);
}

static struct turn_build *turn_build_find(const struct request_turns *turns,
					  const struct grant *grant)
{
	struct turn_build *build;

	LIST_FOREACH(build, &turns->builds, entry) {
		if (grant_is_same_build(&build->grant, grant))
			return build;
	}
	return NULL;
}

static struct turn_build *turn_build_new(struct request_turns *turns, const struct grant *grant)
{
	struct turn_build *build = calloc(1, sizeof(*build));

	if (build == NULL)
		return NULL;
	build->number = ++turns->build_count;
	grant_copy_build(grant, &build->grant);
	TAILQ_INIT(&build->waiters);
	LIST_INSERT_HEAD(&turns->builds, build, entry);
	return build;
}

int request_turns_join(struct request_turns *turns, struct turn_seat *seat,
		       const struct grant *grant)
{
	struct turn_build *build = turn_build_find(turns, grant);

	if (build == NULL)
		build = turn_build_new(turns, grant);
	if (build == NULL)
		return -ENOMEM;
	build->seat_count++;
	*seat = (struct turn_seat){.turns = turns, .build = build};
	return 0;
}

static bool turn_build_is_busy(const struct turn_build *build)
{
	return build->out_count > 0 || !TAILQ_EMPTY(&build->waiters);
}

/* True if another did something last. */
static bool request_turns_is_change(const struct request_turns *turns,
				    const struct turn_build *build)
{
	return turns->last != 0 && turns->last != build->number &&
	       !grant_is_same_build(&turns->last_grant, &build->grant);
}

/* The build asks, or was answered. That another did lately says that it will again. */
static void request_turns_note(struct request_turns *turns, const struct turn_build *build,
			       uint64_t now_ms)
{
	unsigned others = turns->busy_count - (turn_build_is_busy(build) ? 1 : 0);

	if (others > 0 || (request_turns_is_change(turns, build) &&
			   now_ms < turns->last_ms + REQUEST_TURNS_COMPETE_MS))
		turns->compete_until_ms = now_ms + REQUEST_TURNS_COMPETE_MS;
	if (turns->last != build->number)
		grant_copy_build(&build->grant, &turns->last_grant);
	turns->last = build->number;
	turns->last_ms = now_ms;
}

static bool request_turns_may(const struct request_turns *turns, const struct turn_build *build,
			      uint64_t now_ms)
{
	return build->out_count < turns->out_max || now_ms >= turns->compete_until_ms;
}

static void turn_take(struct turn_seat *seat)
{
	seat->turn = TURN_TAKEN;
	seat->build->out_count++;
}

bool request_turns_ask(struct turn_seat *seat, uint64_t now_ms)
{
	struct request_turns *turns = seat->turns;
	struct turn_build *build = seat->build;

	if (turns == NULL)
		return true;
	assert(seat->turn == TURN_NONE);
	request_turns_note(turns, build, now_ms);
	if (!turn_build_is_busy(build))
		turns->busy_count++;
	/* Nobody goes before those of his build who wait. */
	if (TAILQ_EMPTY(&build->waiters) && request_turns_may(turns, build, now_ms)) {
		turn_take(seat);
		return true;
	}
	TAILQ_INSERT_TAIL(&build->waiters, seat, entry);
	seat->turn = TURN_AWAITED;
	return false;
}

static void request_turns_enqueue(struct request_turns *turns, struct turn_build *build)
{
	if (build->is_queued || TAILQ_EMPTY(&build->waiters))
		return;
	TAILQ_INSERT_TAIL(&turns->queue, build, queue_entry);
	build->is_queued = true;
}

static void request_turns_dequeue(struct request_turns *turns, struct turn_build *build)
{
	TAILQ_REMOVE(&turns->queue, build, queue_entry);
	build->is_queued = false;
}

void request_turns_end(struct turn_seat *seat, uint64_t now_ms)
{
	struct request_turns *turns = seat->turns;
	struct turn_build *build = seat->build;

	if (turns == NULL || seat->turn == TURN_NONE)
		return;
	request_turns_note(turns, build, now_ms);
	if (seat->turn == TURN_AWAITED) {
		TAILQ_REMOVE(&build->waiters, seat, entry);
		if (build->is_queued && TAILQ_EMPTY(&build->waiters))
			request_turns_dequeue(turns, build);
	} else {
		build->out_count--;
		request_turns_enqueue(turns, build);
	}
	seat->turn = TURN_NONE;
	if (!turn_build_is_busy(build))
		turns->busy_count--;
}

void request_turns_leave(struct turn_seat *seat, uint64_t now_ms)
{
	struct request_turns *turns = seat->turns;
	struct turn_build *build = seat->build;

	if (turns == NULL)
		return;
	request_turns_end(seat, now_ms);
	*seat = (struct turn_seat){0};
	if (--build->seat_count > 0)
		return;
	LIST_REMOVE(build, entry);
	free(build);
}

struct turn_seat *request_turns_next(struct request_turns *turns, uint64_t now_ms)
{
	struct turn_build *build;

	while ((build = TAILQ_FIRST(&turns->queue)) != NULL) {
		struct turn_seat *seat = TAILQ_FIRST(&build->waiters);

		request_turns_dequeue(turns, build);
		if (!request_turns_may(turns, build, now_ms))
			continue; /* until one of its requests ends */
		TAILQ_REMOVE(&build->waiters, seat, entry);
		turn_take(seat);
		request_turns_enqueue(turns, build);
		return seat;
	}
	return NULL;
}
