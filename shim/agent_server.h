/*
 * agent_server.h - the agent socket: what SSH_AUTH_SOCK names for the command.
 */
#ifndef SHIM_AGENT_SERVER_H
#define SHIM_AGENT_SERVER_H

#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

#include "common/token.h"
#include "shim/agent_conn.h"

struct agent_server_access {
	mode_t mode;
	bool has_owner;
	uid_t uid;
	gid_t gid; /* (gid_t)-1: as it is */
};

struct agent_server {
	uv_poll_t poll;
	uv_timer_t pause; /* until accepting is tried again */
	int fd;
	struct uplink *uplink;
	char id[ID_NAME_MAX + 1]; /* that it serves */
	struct agent_conn *conns;
	size_t conn_count;
	bool is_short; /* of descriptors or memory: said once */
	uint64_t short_since_ms;
	int spare_fd; /* to turn connections away with, or -1 */
};

/*
 * Listens at path, whose directory keeps strangers out until the socket has its mode; uplink
 * outlives the server. id is copied; NULL: the one that a Unix socket serves. 0 or a negative errno.
 */
int agent_server_init(struct agent_server *server, uv_loop_t *loop, const char *path,
		      const struct agent_server_access *access, struct uplink *uplink,
		      const char *id);

/* Closes the socket and its connections; all is gone when the loop has run out. Idempotent. */
void agent_server_close(struct agent_server *server);

#endif
