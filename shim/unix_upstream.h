/*
 * unix_upstream.h - an agent connection through a Unix socket.
 */
#ifndef SHIM_UNIX_UPSTREAM_H
#define SHIM_UNIX_UPSTREAM_H

#include <uv.h>

#include "shim/upstream.h"

/*
 * Starts connecting to path. 0 and *out: events come, none of them before this returns; or a
 * negative errno.
 */
int unix_upstream_open(uv_loop_t *loop, const char *path, const struct upstream_events *events,
		       void *owner, struct upstream **out);

#endif
