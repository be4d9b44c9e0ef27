#include <unistd.h>

#include "tests/fuzz/fake_session.h"
#include "tests/fuzz/fuzz.h"

static void read_within(ssh_session session)
{
	if (session->reads_within && !session->is_closed)
		fake_read(session);
}

/* From here on: libssh's own names. */

ssh_session ssh_new(void)
{
	ssh_session session = calloc(1, sizeof(*session));

	FUZZ_CHECK(session != NULL);
	session->fd = -1;
	byte_buf_init(&session->in, FAKE_READ_LEN + 2 * FAKE_BODY_MAX);
	byte_buf_init(&session->out, FAKE_UNSENT_MAX);
	return session;
}

void ssh_free(ssh_session session)
{
	ssh_channel channel;

	fake_not_in_callback(session);
	while ((channel = LIST_FIRST(&session->channels)) != NULL) {
		LIST_REMOVE(channel, entry);
		free(channel);
	}
	if (session->fd >= 0)
		close(session->fd);
	byte_buf_deinit(&session->in);
	byte_buf_deinit(&session->out);
	if (session->client != NULL)
		free(session->client->banner);
	free(session->client);
	free(session);
}

int ssh_options_set(ssh_session session, enum ssh_options_e type, const void *value)
{
	if (type == SSH_OPTIONS_FD)
		session->fd = *(const int *)value;
	return SSH_OK;
}

const char *ssh_get_error(void *error)
{
	(void)error;
	return "the link is closed";
}

void ssh_set_blocking(ssh_session session, int blocking)
{
	(void)session;
	FUZZ_CHECK(blocking == 0);
}

void ssh_set_counters(ssh_session session, ssh_counter scounter, ssh_counter rcounter)
{
	session->socket_counter = scounter;
	session->packet_counter = rcounter;
}

int ssh_get_status(ssh_session session)
{
	return (session->is_closed ? SSH_CLOSED : 0) |
	       (session->out.len > 0 ? SSH_WRITE_PENDING : 0);
}

int ssh_get_poll_flags(ssh_session session)
{
	return session->wants_to_write ? SSH_WRITE_PENDING : 0;
}

ssh_event ssh_event_new(void)
{
	return calloc(1, sizeof(struct ssh_event_struct));
}

void ssh_event_free(ssh_event event)
{
	free(event);
}

int ssh_event_add_session(ssh_event event, ssh_session session)
{
	event->session = session;
	return SSH_OK;
}

int ssh_event_remove_session(ssh_event event, ssh_session session)
{
	FUZZ_CHECK(event->session == session);
	event->session = NULL;
	return SSH_OK;
}

int ssh_event_dopoll(ssh_event event, int timeout)
{
	ssh_session session = event->session;

	FUZZ_CHECK(timeout == 0);
	fake_not_in_callback(session);
	if (session->is_closed)
		return SSH_ERROR;
	fake_read(session);
	fake_flush(session);
	return SSH_OK;
}

int ssh_set_channel_callbacks(ssh_channel channel, ssh_channel_callbacks cb)
{
	FUZZ_CHECK(channel->callbacks == NULL);
	channel->callbacks = cb;
	return SSH_OK;
}

int ssh_remove_channel_callbacks(ssh_channel channel, ssh_channel_callbacks cb)
{
	FUZZ_CHECK(channel->callbacks == cb);
	channel->callbacks = NULL;
	return SSH_OK;
}

uint32_t ssh_channel_window_size(ssh_channel channel)
{
	return channel->remote_window;
}

static int write_to(ssh_channel channel, const void *data, uint32_t len, int type)
{
	ssh_session session = channel->session;

	fake_not_in_callback(session);
	FUZZ_CHECK(!channel->is_closed);
	/* Beyond it libssh waits, and all the daemon with it. */
	FUZZ_CHECK(len <= channel->remote_window);
	/* It writes empty packets for ever: docs/decisions/0003-packet-size.md */
	FUZZ_CHECK(channel->remote_maxpacket >= 1024);
	read_within(session);
	if (session->is_closed || channel->is_closed_by_peer)
		return SSH_ERROR;
	if (session->is_exchanging_keys)
		return 0;
	fake_say(session, type, channel->remote_channel, (struct byte_view){data, len});
	channel->remote_window -= len;
	fake_flush(session);
	return (int)len;
}

int ssh_channel_write(ssh_channel channel, const void *data, uint32_t len)
{
	return write_to(channel, data, len, FAKE_SENT);
}

int ssh_channel_write_stderr(ssh_channel channel, const void *data, uint32_t len)
{
	return write_to(channel, data, len, FAKE_SAID);
}

int ssh_channel_request_send_exit_status(ssh_channel channel, int exit_status)
{
	uint8_t status = (uint8_t)exit_status;

	fake_not_in_callback(channel->session);
	FUZZ_CHECK(!channel->is_closed);
	fake_say(channel->session, FAKE_STATUS, channel->remote_channel,
		 (struct byte_view){&status, 1});
	fake_flush(channel->session);
	return SSH_OK;
}

int ssh_channel_close(ssh_channel channel)
{
	ssh_session session = channel->session;

	fake_not_in_callback(session);
	FUZZ_CHECK(!channel->is_closed);
	read_within(session);
	if (session->is_closed)
		return SSH_ERROR;
	/* Half way: it wants to be called again. */
	if (session->out.len > 0)
		return SSH_AGAIN;
	channel->is_closed = true;
	fake_say_nothing(session, FAKE_CLOSED, channel->remote_channel);
	fake_flush(session);
	return SSH_OK;
}

void ssh_channel_free(ssh_channel channel)
{
	if (channel == NULL)
		return;
	fake_not_in_callback(channel->session);
	FUZZ_CHECK(channel->callbacks == NULL);
	/* Else it would talk to the peer. */
	FUZZ_CHECK(channel->session->is_closed || channel->is_refused ||
		   (channel->is_closed && channel->is_closed_by_peer));
	LIST_REMOVE(channel, entry);
	free(channel);
}
