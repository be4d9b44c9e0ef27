#include "shim/secret_fetch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What may come before the content has taken what came: far more than libssh's window. */
enum { ARRIVED_MAX = 4 * 1024 * 1024 };

static void on_open(struct link_channel *channel)
{
	(void)channel; /* the content comes by itself */
}

static void on_data(struct link_channel *channel, struct byte_view bytes)
{
	struct secret_fetch *fetch = channel->owner;

	byte_buf_put_bytes(&fetch->arrived, bytes.ptr, bytes.len);
}

static void on_ready(struct link_channel *channel)
{
	struct secret_fetch *fetch = channel->owner;
	struct byte_buf *arrived = &fetch->arrived;

	if (fetch->err == 0)
		fetch->err = byte_buf_status(arrived);
	if (fetch->err == 0 && arrived->len > 0)
		fetch->err = secret_content_put(fetch->content, byte_buf_view(arrived));
	if (arrived->len > 0)
		explicit_bzero(arrived->data, arrived->len);
	byte_buf_clear(arrived);
	if (fetch->err != 0)
		link_channel_close(channel);
	else
		fetch->events->on_progress(fetch->owner);
}

static void on_closed(struct link_channel *channel)
{
	struct secret_fetch *fetch = channel->owner;
	int status = link_channel_exit_status(channel);
	int err = fetch->err;

	if (err == 0 && status != 0)
		err = status > 0 || link_channel_is_refused(channel) ? -EREMOTEIO : -EPIPE;
	byte_buf_deinit(&fetch->arrived);
	fetch->events->on_ended(fetch, err, channel->said);
}

static const struct link_channel_events fetch_channel_events = {
	.on_open = on_open,
	.on_data = on_data,
	.on_ready = on_ready,
	.on_closed = on_closed,
};

void secret_fetch_start(struct secret_fetch *fetch, struct link *link, const char *id,
			bool is_directory, struct secret_content *content,
			const struct secret_fetch_events *events, void *owner)
{
	char verb[sizeof("secret  file") + ID_NAME_MAX];

	*fetch = (struct secret_fetch){.content = content, .events = events, .owner = owner};
	byte_buf_init(&fetch->arrived, ARRIVED_MAX);
	snprintf(verb, sizeof(verb), "secret %s %s", id, is_directory ? "dir" : "file");
	link_channel_open(&fetch->channel, link, LINK_CHANNEL_VERB, verb, &fetch_channel_events,
			  fetch);
}

void secret_fetch_stop(struct secret_fetch *fetch, int err)
{
	if (fetch->err == 0)
		fetch->err = err;
	link_channel_close(&fetch->channel);
}
