/*
 * responder.h - answers the shims that look for a daemon by broadcast (common/discovery.h): --discoverable.
 *
 * Listens on the broadcast address of one endpoint's network, so that nothing else comes in, and answers
 * from the endpoint's own address, which is what the shim then connects to.
 */
#ifndef AGENTD_RESPONDER_H
#define AGENTD_RESPONDER_H

#include "agentd/endpoint.h"
#include "agentd/front.h"
#include "common/discovery.h"

struct responder;

/*
 * Starts answering for a bound endpoint, which outlives it. 0 and *out; -EAFNOSUPPORT where the endpoint
 * has no network with broadcasts; or another negative errno.
 */
int responder_new(struct front *front, const struct endpoint *endpoint, struct responder **out);

/* Stops; it frees itself. */
void responder_close(struct responder *responder);

#endif
