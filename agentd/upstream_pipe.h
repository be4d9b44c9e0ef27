/*
 * upstream_pipe.h - the socket of a connection to a source. It is no part of the connection, since it may
 * go on as another's.
 */
#ifndef AGENTD_UPSTREAM_PIPE_H
#define AGENTD_UPSTREAM_PIPE_H

#include <uv.h>

/* To be closed, and freed when that is done. NULL when out of memory. */
uv_pipe_t *upstream_pipe_new(uv_loop_t *loop, void *data);

/*
 * Connects it to the keeper at the other end of control_fd, for this id. 0; -EAGAIN: it has no room for
 * now; -EMFILE: no descriptors are left; or another negative errno: it does not answer.
 */
int upstream_pipe_open(uv_pipe_t *pipe, int control_fd, const char *id);

/* What to say where connecting to an agent failed with err, one of libuv's. */
const char *upstream_pipe_fault(int err);

/* One buffer for all: the loop reads one stream at a time, and what it read is used up, or copied. */
void upstream_pipe_alloc(uv_handle_t *pipe, size_t suggested, uv_buf_t *buf);

#endif
