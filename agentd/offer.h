/*
 * offer.h - what a peer was let in to, as text: ids, their keys, limits (docs/protocol.md).
 */
#ifndef AGENTD_OFFER_H
#define AGENTD_OFFER_H

#include "agentd/front.h"
#include "common/offer_size.h"

struct offer;

/*
 * Asks the sources the grant covers for their identities, each through a relay of its own and
 * for OFFER_PATIENCE_MS at most, and then calls on_done once with the whole text, never from
 * within. The offer is gone after that. NULL when out of memory.
 */
struct offer *offer_new(struct front *front, struct grant *grant,
			void (*on_done)(void *owner, struct byte_view text), void *owner);

/* Gives up; on_done does not come. */
void offer_cancel(struct offer *offer);

#endif
