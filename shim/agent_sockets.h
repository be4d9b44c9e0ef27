/*
 * agent_sockets.h - agent sockets of the ids beside the step's own: ids/ID.sock in the shim's
 * directory, as in the daemon's.
 */
#ifndef SHIM_AGENT_SOCKETS_H
#define SHIM_AGENT_SOCKETS_H

#include "shim/agent_server.h"
#include "shim/offer.h"
#include "shim/workdir.h"

#define AGENT_SOCKETS_SUFFIX ".sock"

struct agent_sockets {
	struct agent_server *list;
	size_t count;
};

/*
 * Listens for every available id of the offer but own, over uplink, which outlives them. 0, or a
 * negative errno and what failed in error; what was made until then is to be closed.
 */
int agent_sockets_init(struct agent_sockets *sockets, uv_loop_t *loop,
		       const struct workdir *workdir, const struct agent_server_access *access,
		       struct uplink *uplink, const struct offer *offer, const struct offer_id *own,
		       char *error, size_t error_size);

/* As agent_server_close, for all. Idempotent. */
void agent_sockets_close(struct agent_sockets *sockets);

/* Frees what the loop has done with. */
void agent_sockets_deinit(struct agent_sockets *sockets);

#endif
