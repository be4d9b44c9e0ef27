/*
 * agent_conn.h - one program's connection to the agent socket, relayed frame by frame.
 *
 * One request is in flight at a time; while it is, no more is taken from the program than one read,
 * and while its reply is being written no more is asked for. Replies pass down whole, so a request
 * whose upstream is lost can still be answered, with SSH_AGENT_FAILURE.
 */
#ifndef SHIM_AGENT_CONN_H
#define SHIM_AGENT_CONN_H

#include <stdbool.h>
#include <uv.h>

#include "common/bytes.h"
#include "shim/uplink.h"

enum agent_conn_state {
	AGENT_CONN_IDLE,    /* waits for a whole request */
	AGENT_CONN_WAITING, /* for the upstream to open, or to reply */
	AGENT_CONN_WRITING, /* the reply */
	AGENT_CONN_CLOSING,
};

struct agent_conn;
typedef void (*agent_conn_closed)(struct agent_conn *conn);

struct agent_conn {
	struct agent_conn *next; /* for its owner */
	struct agent_conn *prev;
	uv_pipe_t pipe;
	uv_write_t write;
	enum agent_conn_state state;
	struct uplink *uplink;
	const char *id;
	struct upstream *upstream; /* NULL until the first request, and once it is gone */
	struct byte_buf request;   /* what the program sent; the request in flight is its start */
	size_t in_flight_len;
	struct byte_buf reply;
	bool is_upstream_open;
	bool is_reading;
	bool is_signing; /* the request in flight is for a signature, and counted */
	bool is_last;	 /* after this reply it ends: the program left, or the upstream */
	agent_conn_closed on_closed;
	void *owner;
};

/*
 * Starts relaying for fd, a connected, non-blocking socket, which it takes over in any case. id, for
 * uplink_open, is borrowed. 0 and *out, which ends with on_closed and is freed after it; or -ENOMEM.
 */
int agent_conn_start(uv_loop_t *loop, int fd, struct uplink *uplink, const char *id,
		     agent_conn_closed on_closed, void *owner, struct agent_conn **out);

/* Starts closing; idempotent. */
void agent_conn_close(struct agent_conn *conn);

#endif
