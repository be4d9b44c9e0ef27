#include "agentd/share.h"

#include <errno.h>
#include <stdlib.h>

static struct share *share_find(const struct share_list *shares, const struct grant *grant)
{
	struct share *share;

	LIST_FOREACH(share, shares, entry) {
		if (grant_is_same_build(&share->build, grant))
			return share;
	}
	return NULL;
}

static struct share *share_new(struct share_list *shares, const struct grant *grant)
{
	struct share *share = calloc(1, sizeof(*share));

	if (share == NULL)
		return NULL;
	grant_copy_build(grant, &share->build);
	TAILQ_INIT(&share->holders);
	TAILQ_INIT(&share->waiters);
	LIST_INSERT_HEAD(shares, share, entry);
	return share;
}

int share_wait(struct share_list *shares, const struct grant *grant, struct share_seat *seat,
	       uint64_t now_ms)
{
	struct share *share = share_find(shares, grant);

	if (share == NULL)
		share = share_new(shares, grant);
	if (share == NULL)
		return -ENOMEM;
	*seat = (struct share_seat){.share = share, .since_ms = now_ms};
	TAILQ_INSERT_TAIL(&share->waiters, seat, entry);
	return 0;
}

void share_hold(struct share_seat *seat)
{
	struct share *share = seat->share;

	TAILQ_REMOVE(&share->waiters, seat, entry);
	TAILQ_INSERT_TAIL(&share->holders, seat, entry);
	seat->is_holder = true;
	share->held++;
}

void share_touch(struct share_seat *seat)
{
	struct share *share = seat->share;

	TAILQ_REMOVE(&share->holders, seat, entry);
	TAILQ_INSERT_TAIL(&share->holders, seat, entry);
}

void share_leave(struct share_seat *seat)
{
	struct share *share = seat->share;

	TAILQ_REMOVE(seat->is_holder ? &share->holders : &share->waiters, seat, entry);
	if (seat->is_holder)
		share->held--;
	*seat = (struct share_seat){0};
	if (share->held > 0 || !TAILQ_EMPTY(&share->waiters))
		return;
	LIST_REMOVE(share, entry);
	free(share);
}

struct share_seat *share_next(const struct share_list *shares)
{
	struct share_seat *next = NULL;
	const struct share *share;

	LIST_FOREACH(share, shares, entry) {
		struct share_seat *first = TAILQ_FIRST(&share->waiters);

		if (first != NULL &&
		    (next == NULL || share->held < next->share->held ||
		     (share->held == next->share->held && first->since_ms < next->since_ms)))
			next = first;
	}
	return next;
}

/* With a difference of one, a connection would go back and forth between the two. */
bool share_owes(const struct share *from, const struct share *to)
{
	if (from == to)
		return false;
	return to->held == 0 ? from->held > 0 : from->held >= to->held + 2;
}

bool share_is_due(const struct share_list *shares, const struct share *from, uint64_t since_ms)
{
	const struct share *share;

	LIST_FOREACH(share, shares, entry) {
		const struct share_seat *first = TAILQ_FIRST(&share->waiters);

		if (first != NULL && first->since_ms <= since_ms && share_owes(from, share))
			return true;
	}
	return false;
}
