/*
 * upstream.h - where one agent connection leads: a channel of the link, or a socket that speaks
 * the agent protocol itself. Bytes in, bytes out.
 */
#ifndef SHIM_UPSTREAM_H
#define SHIM_UPSTREAM_H

#include "common/bytes.h"

struct upstream;

struct upstream_events {
	/* It takes bytes from now on. */
	void (*on_open)(void *owner);
	/* May run inside libssh: copy. False if they are too many, or not wanted: that ends it. */
	bool (*on_data)(void *owner, struct byte_view bytes);
	/* After on_data, where work may be done. */
	void (*on_ready)(void *owner);
	/* It could not be opened, or is gone; the last event. reason, if not NULL, is for people. */
	void (*on_closed)(void *owner, const char *reason);
};

struct upstream_ops {
	int (*send)(struct upstream *upstream, struct byte_view bytes);
	void (*close)(struct upstream *upstream);
	/* NULL where the other end cannot say any. */
	const char *(*remark)(const struct upstream *upstream);
};

/* The first member of each kind. */
struct upstream {
	const struct upstream_ops *ops;
	const struct upstream_events *events; /* NULL once closed by its owner */
	void *owner;
};

/* After on_open: 0; -EMSGSIZE: more than it will hold; -EPIPE: it is ending, on_closed comes. */
static inline int upstream_send(struct upstream *upstream, struct byte_view bytes)
{
	return upstream->ops->send(upstream, bytes);
}

/* In on_ready: why the reply is a failure, if it is one, for people; or NULL. */
static inline const char *upstream_remark(const struct upstream *upstream)
{
	return upstream->ops->remark != NULL ? upstream->ops->remark(upstream) : NULL;
}

/* No event comes any more; it frees itself. Not to be called after on_closed. */
static inline void upstream_close(struct upstream *upstream)
{
	upstream->events = NULL;
	upstream->ops->close(upstream);
}

#endif
