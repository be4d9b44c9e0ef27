#include "agentd/lease.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t lease_clock_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec;
}

uint64_t lease_wall_clock_s(void)
{
	static uint64_t started_s; /* the machine, by the wall clock of the first call */
	uint64_t wall_s = (uint64_t)time(NULL);
	uint64_t steady_s;

	if (started_s == 0)
		started_s = wall_s - lease_clock_s();
	steady_s = started_s + lease_clock_s();
	return wall_s > steady_s ? wall_s : steady_s;
}

struct id_lease *id_lease_new(void)
{
	struct id_lease *lease = calloc(1, sizeof(*lease));

	if (lease == NULL)
		return NULL;
	lease->holder_count = 1;
	lease->begun_s = lease_clock_s();
	return lease;
}

struct id_lease *id_lease_share(struct id_lease *lease)
{
	lease->holder_count++;
	return lease;
}

void id_lease_release(struct id_lease *lease)
{
	if (--lease->holder_count == 0)
		free(lease);
}

const char *id_lease_check(const struct id_lease *lease, uint64_t lifetime_s, uint64_t now_s)
{
	if (lifetime_s > 0 && now_s - lease->begun_s >= lifetime_s)
		return "the id's time is over (lifetime)";
	return NULL;
}

const char *id_lease_check_signature(const struct id_lease *lease, uint32_t max_signatures)
{
	if (max_signatures > 0 && lease->used >= max_signatures)
		return "the id's signatures are used up (max-signatures)";
	return NULL;
}

struct lease *lease_of_token(struct lease_book *book, const struct token *token)
{
	struct lease *lease;

	for (lease = book->first; lease != NULL; lease = lease->next) {
		if (memcmp(lease->serial, token->serial, sizeof(lease->serial)) == 0)
			return lease;
	}
	lease = calloc(1, sizeof(*lease));
	if (lease == NULL)
		return NULL;
	memcpy(lease->serial, token->serial, sizeof(lease->serial));
	lease->max = token->max_signatures;
	lease->next = book->first;
	book->first = lease;
	return lease;
}

bool lease_take(struct lease *lease)
{
	if (lease->used >= lease->max)
		return false;
	lease->used++;
	return true;
}

void lease_book_deinit(struct lease_book *book)
{
	while (book->first != NULL) {
		struct lease *lease = book->first;

		book->first = lease->next;
		free(lease);
	}
}
