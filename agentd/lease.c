#include "agentd/lease.h"

#include <stdlib.h>
#include <string.h>

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
