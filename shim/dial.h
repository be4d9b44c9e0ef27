/*
 * dial.h - a TCP connection being made.
 */
#ifndef SHIM_DIAL_H
#define SHIM_DIAL_H

#include <sys/socket.h>
#include <uv.h>

struct dial;

/*
 * The end, once, never from inside dial_start. err is 0, and fd the connected, non-blocking socket,
 * now the owner's; or a negative errno: refused, unreachable, timed out. The dial is gone then.
 */
typedef void (*dial_done)(void *owner, int err, int fd);

/* Starts connecting; gives up after timeout_ms. 0 and *out; or a negative errno and no event. */
int dial_start(uv_loop_t *loop, const struct sockaddr_storage *address, unsigned int timeout_ms,
	       dial_done on_done, void *owner, struct dial **out);

/* Gives up, before the end: it will not come any more. */
void dial_close(struct dial *dial);

#endif
