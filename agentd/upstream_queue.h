/*
 * upstream_queue.h - which of those who want a connection to a source have one, and which wait for one.
 */
#ifndef AGENTD_UPSTREAM_QUEUE_H
#define AGENTD_UPSTREAM_QUEUE_H

#include "agentd/upstream.h"

/* Begins to open the connection of a new one, or puts it in the queue. Its seat waits in its share. */
void upstream_queue_join(struct upstream *upstream);

/* It closes: what it had is for the one whose turn it is. */
void upstream_queue_leave(struct upstream *upstream);

#endif
