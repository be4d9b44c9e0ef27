#include "common/wire_channel.h"

#include <assert.h>
#include <errno.h>
#include <libssh/server.h>
#include <stdlib.h>
#include <string.h>

#include "common/wire.h"

/* What one channel may give libssh in a round: no other waits for a whole large message. */
enum { FLUSH_LEN_MAX = 32 * 1024 };

/* True if nothing more is told to the owner of what the peer sends. */
static bool wire_channel_is_deaf(const struct wire_channel *channel)
{
	return channel->is_ending || channel->wire->is_closing || channel->wire->violation != NULL;
}

/* libssh callbacks: copy, set flags, nothing else (wire.h). */

static int on_data_received(ssh_session session, ssh_channel ssh, void *data, uint32_t len,
			    int is_stderr, void *userdata)
{
	struct wire_channel *channel = userdata;

	(void)session;
	(void)ssh;
	if (is_stderr && !wire_channel_is_deaf(channel) && channel->events->on_stderr != NULL)
		channel->events->on_stderr(channel, (struct byte_view){.ptr = data, .len = len});
	if (!wire_channel_is_deaf(channel) && !is_stderr) {
		channel->events->on_data(channel, (struct byte_view){.ptr = data, .len = len});
		channel->has_news = true;
	}
	return (int)len; /* all of it, always: libssh would hoard the rest, without limit */
}

static void on_eof_received(ssh_session session, ssh_channel ssh, void *userdata)
{
	struct wire_channel *channel = userdata;

	(void)session;
	(void)ssh;
	channel->is_eof = true;
	channel->has_news = true;
}

static void on_close_received(ssh_session session, ssh_channel ssh, void *userdata)
{
	struct wire_channel *channel = userdata;

	(void)session;
	(void)ssh;
	channel->is_eof = true;
	channel->is_closed_by_peer = true;
}

static void on_exit_status(ssh_session session, ssh_channel ssh, int exit_status, void *userdata)
{
	struct wire_channel *channel = userdata;

	(void)session;
	(void)ssh;
	channel->peer_exit_status = exit_status;
}

static int on_exec_requested(ssh_session session, ssh_channel ssh, const char *command,
			     void *userdata)
{
	struct wire_channel *channel = userdata;

	(void)session;
	(void)ssh;
	if (wire_channel_is_deaf(channel) || channel->events->on_exec == NULL)
		return 1;
	channel->has_news = true;
	return channel->events->on_exec(channel, command);
}

void wire_channel_attach(struct wire_channel *channel, struct wire *wire, ssh_channel ssh,
			 size_t out_max, const struct wire_channel_events *events, void *owner)
{
	*channel = (struct wire_channel){
		.wire = wire,
		.next = wire->channels,
		.ssh = ssh,
		.callbacks = {.userdata = channel,
			      .channel_data_function = on_data_received,
			      .channel_eof_function = on_eof_received,
			      .channel_close_function = on_close_received,
			      .channel_exit_status_function = on_exit_status,
			      .channel_exec_request_function = on_exec_requested},
		.events = events,
		.owner = owner,
		.exit_status = -1,
		.peer_exit_status = -1,
		.stalled_at = UINT64_MAX,
	};
	byte_buf_init(&channel->out, out_max);
	ssh_callbacks_init(&channel->callbacks);
	ssh_set_channel_callbacks(ssh, &channel->callbacks);
	wire->channels = channel;
	wire->channel_count++;
}

/* Bytes of out that libssh has not taken. */
static size_t wire_channel_queued(const struct wire_channel *channel)
{
	return channel->out.len - channel->out_sent;
}

int wire_channel_send(struct wire_channel *channel, struct byte_view bytes)
{
	struct byte_buf *out = &channel->out;

	if (channel->is_finishing || channel->is_closed_by_peer)
		return -EPIPE;
	if (bytes.len > out->max_len - wire_channel_queued(channel))
		return -EMSGSIZE;
	if (bytes.len > out->max_len - out->len) {
		byte_buf_consume(out, channel->out_sent);
		channel->out_sent = 0;
	}
	byte_buf_put_bytes(out, bytes.ptr, bytes.len);
	return byte_buf_status(out);
}

int wire_channel_lend(struct wire_channel *channel, struct byte_view bytes)
{
	if (channel->is_finishing || channel->is_closed_by_peer)
		return -EPIPE;
	assert(channel->lent.len == 0);
	channel->lent = bytes;
	return 0;
}

void wire_channel_remark(struct wire_channel *channel, const char *text)
{
	free(channel->remark);
	channel->remark = channel->is_finishing ? NULL : strndup(text, WIRE_REASON_MAX);
}

size_t wire_channel_pending(const struct wire_channel *channel)
{
	return wire_channel_queued(channel) + channel->lent.len;
}

void wire_channel_finish(struct wire_channel *channel, int exit_status)
{
	if (channel->is_finishing)
		return;
	channel->is_finishing = true;
	channel->exit_status = exit_status;
}

static void wire_channel_drop_output(struct wire_channel *channel)
{
	byte_buf_deinit(&channel->out);
	free(channel->remark);
	channel->remark = NULL;
	channel->out_sent = 0;
	channel->lent = (struct byte_view){0};
}

void wire_channel_fail(struct wire_channel *channel, const char *reason)
{
	if (!channel->is_finishing)
		channel->reason = strndup(reason, WIRE_REASON_MAX);
	wire_channel_finish(channel, 1);
}

void wire_channel_abort(struct wire_channel *channel)
{
	wire_channel_drop_output(channel);
	wire_channel_finish(channel, -1);
}

/* True if output is queued and libssh would take some. */
static bool wire_channel_can_flush(const struct wire_channel *channel)
{
	return wire_channel_pending(channel) > 0 && ssh_channel_window_size(channel->ssh) > 0 &&
	       channel->stalled_at != channel->wire->socket_counter.in_bytes;
}

/* What goes out next. */
static struct byte_view wire_channel_next(const struct wire_channel *channel)
{
	size_t queued = wire_channel_queued(channel);

	if (queued == 0)
		return channel->lent;
	return (struct byte_view){.ptr = channel->out.data + channel->out_sent, .len = queued};
}

static void wire_channel_count_sent(struct wire_channel *channel, size_t len)
{
	if (wire_channel_queued(channel) > 0) {
		channel->out_sent += len;
	} else {
		channel->lent.ptr += len;
		channel->lent.len -= len;
	}
	if (wire_channel_pending(channel) == 0) {
		byte_buf_clear(&channel->out);
		channel->out_sent = 0;
		channel->has_news = true;
	}
}

/* Nothing is taken while keys are exchanged: no use to ask before the peer has spoken. */
static void wire_channel_stall(struct wire_channel *channel)
{
	channel->stalled_at = channel->wire->socket_counter.in_bytes;
}

/* False if the output has to wait for it. */
static bool wire_channel_flush_remark(struct wire_channel *channel)
{
	size_t len = channel->remark != NULL ? strlen(channel->remark) : 0;

	/* What is left of the window, a reply may need. */
	if (len > 0 && len <= ssh_channel_window_size(channel->ssh) / 2 &&
	    ssh_channel_write_stderr(channel->ssh, channel->remark, (uint32_t)len) == 0) {
		wire_channel_stall(channel);
		return false;
	}
	free(channel->remark);
	channel->remark = NULL;
	return true;
}

/* Gives libssh one helping of the output, within the peer's window. */
static void wire_channel_flush(struct wire_channel *channel)
{
	struct byte_view next = wire_channel_next(channel);
	size_t len = next.len;
	uint32_t window;
	int written;

	if (!wire_channel_can_flush(channel) || wire_has_unsent(channel->wire) ||
	    !wire_channel_flush_remark(channel))
		return;
	window = ssh_channel_window_size(channel->ssh);
	if (len > FLUSH_LEN_MAX)
		len = FLUSH_LEN_MAX;
	/* Beyond the window ssh_channel_write would wait for it: never ask for more. */
	if (len > window)
		len = window;
	written = ssh_channel_write(channel->ssh, next.ptr, (uint32_t)len);
	if (written < 0) {
		wire_channel_abort(channel);
		return;
	}
	if (written == 0)
		wire_channel_stall(channel);
	wire_channel_count_sent(channel, (size_t)written);
}

/* True if the output has left or is of no use any more. */
static bool wire_channel_is_done(const struct wire_channel *channel)
{
	return channel->is_closed_by_peer ||
	       (channel->is_finishing && wire_channel_pending(channel) == 0);
}

/* Says the last words. From now on input is thrown away. */
static void wire_channel_begin_end(struct wire_channel *channel)
{
	channel->is_ending = true; /* first, since libssh may run callbacks below */
	channel->is_finishing = true;
	wire_channel_drop_output(channel);
	if (channel->reason != NULL &&
	    ssh_channel_window_size(channel->ssh) >= strlen(channel->reason))
		ssh_channel_write_stderr(channel->ssh, channel->reason,
					 (uint32_t)strlen(channel->reason));
	if (channel->exit_status >= 0)
		ssh_channel_request_send_exit_status(channel->ssh, channel->exit_status);
}

void wire_channel_round(struct wire_channel *channel)
{
	if (channel->has_news && !channel->is_ending) {
		channel->has_news = false;
		channel->events->on_ready(channel);
	}
	if (!channel->is_ending) {
		wire_channel_flush(channel);
		if (wire_channel_is_done(channel))
			wire_channel_begin_end(channel);
	}
	/* While the socket is full, libssh stops half way and wants to be called again. */
	if (channel->is_ending && !channel->is_close_sent)
		channel->is_close_sent = ssh_channel_close(channel->ssh) != SSH_AGAIN;
	if (channel->is_closed_by_peer && channel->is_close_sent)
		wire_channel_reap(channel);
}

bool wire_channel_has_work(const struct wire_channel *channel)
{
	if (channel->is_ending)
		return !channel->is_close_sent || channel->is_closed_by_peer;
	return channel->has_news || wire_channel_can_flush(channel) ||
	       wire_channel_is_done(channel);
}

void wire_channel_reap(struct wire_channel *channel)
{
	struct wire *wire = channel->wire;
	struct wire_channel **place = &wire->channels;

	while (*place != channel)
		place = &(*place)->next;
	*place = channel->next;
	wire->channel_count--;
	ssh_remove_channel_callbacks(channel->ssh, &channel->callbacks);
	/* It would talk to the peer, and run callbacks; ssh_free just frees the channels left. */
	if (!wire->is_closing)
		ssh_channel_free(channel->ssh);
	wire_channel_drop_output(channel);
	free(channel->reason);
	channel->events->on_closed(channel);
}
