/*
 * request.h - one request to the agent, one reply.
 */
#ifndef AGENTD_KEEPER_REQUEST_H
#define AGENTD_KEEPER_REQUEST_H

#include "agentd/keeper/keyring.h"

/*
 * Answers the request in body (a frame's body, not empty) as an agent that holds the keys of id,
 * with exactly one frame in reply, which must be empty before. What is malformed, unknown or not
 * allowed gets SSH_AGENT_FAILURE. worker: as in keyring_sign.
 */
void request_answer(const struct keyring_id *id, size_t worker, struct byte_view body,
		    struct byte_buf *reply);

#endif
