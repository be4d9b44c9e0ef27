/*
 * link_channel.h - a channel of a link: an agent connection, or a verb.
 */
#ifndef SHIM_LINK_CHANNEL_H
#define SHIM_LINK_CHANNEL_H

#include "shim/link.h"

enum link_channel_kind {
	LINK_CHANNEL_AGENT, /* direct-tcpip; its name is the id */
	LINK_CHANNEL_VERB,  /* exec on a session channel; its name is the verb */
};

struct link_channel_events {
	void (*on_open)(struct link_channel *channel);
	/* Runs inside libssh: copy, or wire_violate; nothing else. */
	void (*on_data)(struct link_channel *channel, struct byte_view bytes);
	/* After on_data or the end of the peer's data, outside libssh. */
	void (*on_ready)(struct link_channel *channel);
	/* It could not be opened, or is gone; the last event, the memory is the owner's again. */
	void (*on_closed)(struct link_channel *channel);
};

struct link_channel {
	struct wire_channel stream; /* once open */
	struct link *link;
	struct link_channel *next; /* in link->opening */
	ssh_channel ssh;
	enum link_channel_kind kind;
	enum { CHANNEL_UNOPENED, CHANNEL_OPENING, CHANNEL_REQUESTING, CHANNEL_OPEN } state;
	bool is_abandoned; /* closed by its owner before it was open */
	const struct link_channel_events *events;
	void *owner;
	char name[128];
	/* a verb's stderr, or why the next reply is a failure; printable, cut */
	char said[LINK_SAID_SIZE];
};

/*
 * Queues a channel for opening. The owner keeps the memory until on_closed. Events may come before
 * this returns.
 */
void link_channel_open(struct link_channel *channel, struct link *link, enum link_channel_kind kind,
		       const char *name, const struct link_channel_events *events, void *owner);

/* After on_open: 0, -EMSGSIZE, -EPIPE, as wire_channel_send. */
int link_channel_send(struct link_channel *channel, struct byte_view bytes);

/* True once the peer will send no more. */
bool link_channel_is_eof(const struct link_channel *channel);

/* In on_closed: what the verb came to; negative: it was not told, whatever came is not all. */
int link_channel_exit_status(const struct link_channel *channel);

/* In on_closed: true if the daemon would not open it. */
bool link_channel_is_refused(const struct link_channel *channel);

/* Starts closing; of the events only on_closed comes yet. */
void link_channel_close(struct link_channel *channel);

/* For the link alone: one step of opening, in its round. */
enum link_channel_step {
	LINK_CHANNEL_WAITS,
	LINK_CHANNEL_SENT,
	LINK_CHANNEL_IS_OPEN,
	LINK_CHANNEL_IS_REFUSED,
};
enum link_channel_step link_channel_open_step(struct link_channel *channel);

/* For the link alone: the channel has left its queue, open or not. */
void link_channel_finish_open(struct link_channel *channel, bool is_open);

#endif
