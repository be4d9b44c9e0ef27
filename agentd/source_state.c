#include "agentd/source_state.h"

#include <assert.h>
#include <stdlib.h>

#include "agentd/keeper_watch.h"

struct source_state *source_state_new(void)
{
	struct source_state *state = calloc(1, sizeof(*state));

	if (state == NULL)
		return NULL;
	state->lease = id_lease_new();
	if (state->lease == NULL) {
		free(state);
		return NULL;
	}
	state->source_count = 1;
	TAILQ_INIT(&state->holders);
	TAILQ_INIT(&state->waiters);
	LIST_INIT(&state->shares);
	return state;
}

void source_state_join_lease(struct source_state *state, const struct source_state *other)
{
	struct id_lease *lease = id_lease_share(other->lease);

	id_lease_release(state->lease);
	state->lease = lease;
}

struct source_state *source_state_share(struct source_state *state)
{
	state->source_count++;
	return state;
}

void source_state_release(struct source_state *state)
{
	if (--state->source_count > 0)
		return;
	assert(state->open_count == 0 && TAILQ_EMPTY(&state->waiters) &&
	       LIST_EMPTY(&state->shares));
	if (state->keeper != NULL)
		keeper_watch_release(state->keeper);
	id_lease_release(state->lease);
	free(state);
}
