#include "shim/link_channel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/frame.h"
#include "shim/printable.h"

static void on_stream_data(struct wire_channel *stream, struct byte_view bytes)
{
	struct link_channel *channel = stream->owner;

	if (!channel->is_abandoned)
		channel->events->on_data(channel, bytes);
}

static void on_stream_ready(struct wire_channel *stream)
{
	struct link_channel *channel = stream->owner;

	if (!channel->is_abandoned)
		channel->events->on_ready(channel);
}

static void on_stream_closed(struct wire_channel *stream)
{
	struct link_channel *channel = stream->owner;

	if (channel->state == CHANNEL_REQUESTING)
		link_unqueue_channel(channel->link, channel);
	channel->events->on_closed(channel);
}

static void on_stream_stderr(struct wire_channel *stream, struct byte_view bytes)
{
	struct link_channel *channel = stream->owner;
	/* Of an agent connection it is a remark, in one piece, and the latest counts. */
	size_t len = channel->kind == LINK_CHANNEL_AGENT ? 0 : strlen(channel->said);
	const uint8_t *newline = memchr(bytes.ptr, '\n', bytes.len);

	if (newline != NULL)
		bytes.len = (size_t)(newline - bytes.ptr);
	printable_copy(channel->said + len, sizeof(channel->said) - len, bytes);
}

static const struct wire_channel_events stream_events = {
	.on_data = on_stream_data,
	.on_stderr = on_stream_stderr,
	.on_ready = on_stream_ready,
	.on_closed = on_stream_closed,
};

void link_channel_open(struct link_channel *channel, struct link *link, enum link_channel_kind kind,
		       const char *name, const struct link_channel_events *events, void *owner)
{
	*channel = (struct link_channel){
		.link = link,
		.kind = kind,
		.state = CHANNEL_UNOPENED,
		.events = events,
		.owner = owner,
	};
	snprintf(channel->name, sizeof(channel->name), "%s", name);
	link_queue_channel(link, channel);
}

static int channel_open(struct link_channel *channel)
{
	if (channel->kind == LINK_CHANNEL_VERB)
		return ssh_channel_open_session(channel->ssh);
	return ssh_channel_open_forward(channel->ssh, channel->name, 1, WIRE_ORIGINATOR_LISTENS, 0);
}

/*
 * Attached only when open: a close before that would go to a channel the daemon does not know.
 * Nothing can have been missed, since the daemon speaks when it is spoken to; but it may have
 * closed already.
 */
static void channel_attach(struct link_channel *channel)
{
	wire_channel_attach(&channel->stream, &channel->link->wire, channel->ssh, FRAME_LEN_MAX,
			    &stream_events, channel);
	channel->stream.is_eof = ssh_channel_is_eof(channel->ssh) != 0;
	channel->stream.has_news = channel->stream.is_eof;
	channel->stream.is_closed_by_peer = ssh_channel_is_closed(channel->ssh) != 0;
}

enum link_channel_step link_channel_open_step(struct link_channel *channel)
{
	bool is_first = channel->state == CHANNEL_UNOPENED;
	int rc;

	if (is_first && channel->is_abandoned)
		return LINK_CHANNEL_IS_REFUSED;
	if (is_first) {
		channel->ssh = ssh_channel_new(channel->link->wire.session);
		if (channel->ssh == NULL)
			return LINK_CHANNEL_IS_REFUSED;
		channel->state = CHANNEL_OPENING;
	}
	if (channel->state == CHANNEL_OPENING) {
		rc = channel_open(channel);
		if (rc == SSH_AGAIN)
			return is_first ? LINK_CHANNEL_SENT : LINK_CHANNEL_WAITS;
		if (rc != SSH_OK)
			return LINK_CHANNEL_IS_REFUSED;
		channel_attach(channel);
		channel->state = CHANNEL_OPEN;
		if (channel->kind == LINK_CHANNEL_AGENT || channel->is_abandoned)
			return LINK_CHANNEL_IS_OPEN;
		channel->state = CHANNEL_REQUESTING;
		is_first = true;
	}
	rc = ssh_channel_request_exec(channel->ssh, channel->name);
	if (rc == SSH_AGAIN)
		return is_first ? LINK_CHANNEL_SENT : LINK_CHANNEL_WAITS;
	channel->state = CHANNEL_OPEN;
	if (rc != SSH_OK)
		wire_channel_abort(
			&channel->stream); /* the verb is unknown: on_closed will say so */
	return LINK_CHANNEL_IS_OPEN;
}

void link_channel_finish_open(struct link_channel *channel, bool is_open)
{
	if (!is_open && channel->state < CHANNEL_REQUESTING) {
		/* With the session gone libssh's part has gone as well. */
		if (channel->link->wire.session != NULL)
			ssh_channel_free(channel->ssh);
		channel->events->on_closed(channel);
		return;
	}
	if (channel->is_abandoned)
		wire_channel_abort(&channel->stream);
	else if (is_open)
		channel->events->on_open(channel);
}

int link_channel_send(struct link_channel *channel, struct byte_view bytes)
{
	int err = wire_channel_send(&channel->stream, bytes);

	channel->said[0] = '\0'; /* it was of the request before */
	if (err == 0)
		wire_kick(&channel->link->wire);
	return err;
}

bool link_channel_is_eof(const struct link_channel *channel)
{
	return channel->stream.is_eof;
}

int link_channel_exit_status(const struct link_channel *channel)
{
	/* All of the answer may come before we see that the request was granted. */
	return channel->state >= CHANNEL_REQUESTING ? channel->stream.peer_exit_status : -1;
}

bool link_channel_is_refused(const struct link_channel *channel)
{
	return channel->state == CHANNEL_OPENING && !channel->link->wire.is_closing;
}

void link_channel_close(struct link_channel *channel)
{
	if (channel->is_abandoned)
		return;
	channel->is_abandoned = true;
	if (channel->state != CHANNEL_OPEN)
		return;
	wire_channel_abort(&channel->stream);
	wire_kick(&channel->link->wire);
}
