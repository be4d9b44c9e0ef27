#include "agentd/link_room.h"

#include "agentd/lease.h"
#include "agentd/link.h"
#include "agentd/record.h"
#include "agentd/report.h"
#include "common/log.h"

/* Of an address that guesses: enough for an honest neighbour behind the same one. */
enum { GUESSER_LINKS_MAX = 4 };

static const struct sockaddr *peer_of(const struct link *link)
{
	return (const struct sockaddr *)&link->peer;
}

static bool is_pending(const struct link *link)
{
	return !link->is_logged_in && !link->is_closing;
}

/* Links that are not closing; of those, which have not logged in; the last seen is the oldest. */
struct count {
	unsigned all;
	unsigned pending;
	struct link *oldest;
};

/* peer: of this address only; NULL: of all. */
static struct count count_links(const struct front *front, const struct sockaddr *peer)
{
	struct count count = {0};
	struct link *link;

	LIST_FOREACH(link, &front->links, entry) {
		if (link->is_closing || (peer != NULL && !login_guard_is_same(peer_of(link), peer)))
			continue;
		count.all++;
		if (!is_pending(link))
			continue;
		count.pending++;
		count.oldest = link;
	}
	return count;
}

static void evict(struct link *link, const char *reason)
{
	if (report_is_due())
		log_info("link ended peer=%s: not logged in, and %s", link->grant.peer, reason);
	link_close(link);
}

enum { BUCKETS = 1024 };

static unsigned bucket_of(const struct link *link)
{
	return login_guard_hash(peer_of(link)) % BUCKETS;
}

/* The oldest of the address that has most; addresses that share a bucket count as one, at worst. */
static struct link *worst(const struct front *front)
{
	static unsigned counts[BUCKETS];
	struct link *worst = NULL;
	struct link *link;

	for (unsigned i = 0; i < BUCKETS; i++)
		counts[i] = 0;
	LIST_FOREACH(link, &front->links, entry) {
		if (is_pending(link))
			counts[bucket_of(link)]++;
	}
	LIST_FOREACH(link, &front->links, entry) {
		if (is_pending(link) &&
		    (worst == NULL || counts[bucket_of(link)] >= counts[bucket_of(worst)]))
			worst = link;
	}
	return worst;
}

bool link_room_is_there(const struct front *front)
{
	struct count count;

	if (front->link_count < front->limits.links)
		return true;
	count = count_links(front, NULL);
	return count.all < front->limits.links || count.pending > 0;
}

/*
 * One more link is let in. Where all places are taken, the oldest link that has not logged in yet is closed for it, of the
 * address that has most of them.
 */
static void make_room(struct front *front)
{
	struct link *link;

	if (front->link_count < front->limits.links ||
	    count_links(front, NULL).all < front->limits.links)
		return;
	link = worst(front);
	if (link != NULL)
		evict(link, "its place is needed");
}

/*
 * True if peer may have one more. Where it has all that an address may have, or a few and failed to log in too often,
 * its oldest link that has not logged in yet is closed for it.
 */
static bool make_room_for(struct front *front, const struct sockaddr *peer)
{
	struct count count = count_links(front, peer);
	bool guesses = login_guard_failures(&front->guard, peer, lease_clock_s()) >=
		       front->limits.failed_logins_per_minute;

	if (count.all >= front->limits.links_per_address) {
		if (count.oldest == NULL)
			return false;
		evict(count.oldest, "its address has as many links as are allowed");
	} else if (guesses && count.pending >= GUESSER_LINKS_MAX) {
		evict(count.oldest, "too many logins from its address have failed");
	}
	return true;
}

bool link_room_let_in(struct front *front, const struct sockaddr *peer)
{
	const char *reason = NULL;
	struct grant nobody = {0};

	if (!access_is_allowed(&front->access, peer))
		reason = "the address is not among those of --allow";
	else if (!make_room_for(front, peer))
		reason = "as many links as are allowed are open from this address";
	if (reason == NULL) {
		make_room(front);
		return true;
	}
	address_format(peer, nobody.peer);
	refusals_count(&front->relays.refusals, reason);
	record_refusal(&nobody, "-", "connect", reason, front->relays.audit);
	return false;
}
