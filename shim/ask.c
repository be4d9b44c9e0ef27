#include "shim/ask.h"

#include <errno.h>
#include <stdlib.h>

struct ask {
	struct link_channel channel;
	uv_timer_t timer; /* the deadline, then the call of on_answered */
	struct byte_buf answer;
	int open_parts; /* channel and timer */
	int err;
	bool is_channel_gone;
	ask_answered on_answered; /* NULL once called or closed */
	void *owner;
};

static void ask_release(struct ask *ask)
{
	if (--ask->open_parts > 0)
		return;
	byte_buf_deinit(&ask->answer);
	free(ask);
}

static void on_timer_closed(uv_handle_t *handle)
{
	ask_release(handle->data);
}

void ask_close(struct ask *ask)
{
	ask->on_answered = NULL;
	if (uv_is_closing((uv_handle_t *)&ask->timer))
		return;
	uv_close((uv_handle_t *)&ask->timer, on_timer_closed);
	if (!ask->is_channel_gone)
		link_channel_close(&ask->channel);
}

/* Outside of libssh and of the pump. */
static void on_answer_due(uv_timer_t *timer)
{
	struct ask *ask = timer->data;
	ask_answered on_answered = ask->on_answered;

	if (on_answered == NULL)
		return;
	ask->on_answered = NULL;
	on_answered(ask->owner, ask->err, byte_buf_view(&ask->answer));
	ask_close(ask);
}

static void on_deadline(uv_timer_t *timer)
{
	struct ask *ask = timer->data;

	ask->err = -ETIMEDOUT;
	on_answer_due(timer);
}

static void ask_finish(struct ask *ask, int err)
{
	if (ask->on_answered == NULL)
		return;
	ask->err = err;
	uv_timer_start(&ask->timer, on_answer_due, 0, 0);
}

static void on_open(struct link_channel *channel)
{
	(void)channel; /* the answer comes by itself */
}

static void on_data(struct link_channel *channel, struct byte_view bytes)
{
	struct ask *ask = channel->owner;

	byte_buf_put_bytes(&ask->answer, bytes.ptr, bytes.len);
}

static void on_ready(struct link_channel *channel)
{
	struct ask *ask = channel->owner;

	if (byte_buf_status(&ask->answer) != 0)
		ask_finish(ask, byte_buf_status(&ask->answer));
	else if (link_channel_is_eof(channel))
		ask_finish(ask, 0);
}

static void on_closed(struct link_channel *channel)
{
	struct ask *ask = channel->owner;

	/* Without a byte: refused, or the link broke. What is cut, its parser will find. */
	if (ask->on_answered != NULL && !uv_is_closing((uv_handle_t *)&ask->timer))
		ask_finish(ask, ask->answer.len > 0 ? byte_buf_status(&ask->answer) : -EPIPE);
	ask->is_channel_gone = true;
	ask_release(ask);
}

static const struct link_channel_events ask_channel_events = {
	.on_open = on_open,
	.on_data = on_data,
	.on_ready = on_ready,
	.on_closed = on_closed,
};

int ask_start(struct link *link, const char *verb, unsigned int timeout_ms, size_t answer_max,
	      ask_answered on_answered, void *owner, struct ask **out)
{
	struct ask *ask = calloc(1, sizeof(*ask));

	if (ask == NULL)
		return -ENOMEM;
	byte_buf_init(&ask->answer, answer_max);
	ask->on_answered = on_answered;
	ask->owner = owner;
	ask->open_parts = 2;
	uv_timer_init(link->wire.loop, &ask->timer);
	ask->timer.data = ask;
	uv_timer_start(&ask->timer, on_deadline, timeout_ms, 0);
	*out = ask;
	link_channel_open(&ask->channel, link, LINK_CHANNEL_VERB, verb, &ask_channel_events, ask);
	return 0;
}
