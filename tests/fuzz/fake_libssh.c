#include "tests/fuzz/fake_libssh.h"

#include <errno.h>
#include <sys/socket.h>

#include "tests/fuzz/fake_session.h"
#include "tests/fuzz/fuzz.h"

void fake_put(struct byte_buf *out, int type, uint8_t channel, struct byte_view body)
{
	FUZZ_CHECK(body.len <= FAKE_BODY_MAX);
	byte_buf_put_u8(out, (uint8_t)type);
	byte_buf_put_u8(out, channel);
	byte_buf_put_string(out, body);
	FUZZ_CHECK(byte_buf_status(out) == 0);
}

bool fake_take(struct byte_view *stream, int *type, uint8_t *channel, struct byte_view *body)
{
	struct reader r = reader_of(*stream);

	*type = reader_u8(&r);
	*channel = reader_u8(&r);
	*body = reader_string(&r);
	if (r.has_failed)
		return false;
	stream->ptr += FAKE_HEADER_LEN + body->len;
	stream->len -= FAKE_HEADER_LEN + body->len;
	return true;
}

void fake_not_in_callback(ssh_session session)
{
	FUZZ_CHECK(session->callback_depth == 0);
}

void fake_say(ssh_session session, int type, uint32_t channel, struct byte_view body)
{
	if (session->is_closed)
		return;
	fake_put(&session->out, type, (uint8_t)channel, body);
	if (session->packet_counter != NULL)
		session->packet_counter->out_packets++;
}

void fake_say_nothing(ssh_session session, int type, uint32_t channel)
{
	fake_say(session, type, channel, (struct byte_view){0});
}

void fake_flush(ssh_session session)
{
	ssize_t sent;

	while (session->out.len > 0 && !session->is_closed) {
		sent = send(session->fd, session->out.data, session->out.len,
			    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno != EAGAIN)
			session->is_closed = true;
		session->wants_to_write = sent < 0;
		if (sent < 0)
			return;
		byte_buf_consume(&session->out, (size_t)sent);
	}
}

ssh_channel fake_find(ssh_session session, uint8_t number)
{
	ssh_channel channel;

	LIST_FOREACH(channel, &session->channels, entry) {
		if (channel->remote_channel == number && !channel->is_closed_by_peer)
			return channel;
	}
	return NULL;
}

/* In a block of its own size, with a NUL behind it. */
static char *text_of(struct byte_view bytes)
{
	char *text = malloc(bytes.len + 1);

	FUZZ_CHECK(text != NULL);
	if (bytes.len > 0)
		memcpy(text, bytes.ptr, bytes.len);
	text[bytes.len] = '\0';
	return text;
}

/* libssh drops logins of who is logged in. */
static void take_login(ssh_session session, int type, struct byte_view body)
{
	ssh_server_callbacks callbacks = session->callbacks;
	char *text = text_of(body);
	int result = SSH_AUTH_DENIED;

	if (session->is_logged_in) {
		free(text);
		return;
	}
	session->callback_depth++;
	if (type == FAKE_NONE)
		result = callbacks->auth_none_function(session, text, callbacks->userdata);
	else if (type == FAKE_PASSWORD)
		result = callbacks->auth_password_function(session, "build", text,
							   callbacks->userdata);
	else
		FUZZ_CHECK(callbacks->gssapi_select_oid_function(session, text, 0, NULL,
								 callbacks->userdata) == NULL);
	session->callback_depth--;
	session->is_logged_in = result == SSH_AUTH_SUCCESS;
	if (type != FAKE_GSSAPI)
		fake_say_nothing(session, session->is_logged_in ? FAKE_LET_IN : FAKE_KEPT_OUT, 0);
	free(text);
}

static void take_message(ssh_session session, struct ssh_message_struct *message)
{
	int result;

	session->callback_depth++;
	result = session->on_message(session, message, session->on_message_data);
	session->callback_depth--;
	/* 0: it has been answered. */
	FUZZ_CHECK((result == 0) == (message->accepted != NULL));
	if (message->accepted == NULL)
		fake_say_nothing(session,
				 message->type == SSH_REQUEST_CHANNEL_OPEN ? FAKE_REFUSED
									   : FAKE_DENIED,
				 message->number);
}

static void take_open(ssh_session session, uint8_t number, struct byte_view body)
{
	struct reader r = reader_of(body);
	struct ssh_message_struct message = {
		.session = session, .type = SSH_REQUEST_CHANNEL_OPEN, .number = number};

	message.window = reader_u32(&r);
	message.packet_size = reader_u32(&r);
	message.subtype = (int)reader_u32(&r);
	message.destination = text_of(reader_string(&r));
	message.originator = text_of(reader_string(&r));
	if (fake_find(session, number) == NULL)
		take_message(session, &message);
	free(message.destination);
	free(message.originator);
}

static void take_exec(ssh_channel channel, struct byte_view body)
{
	ssh_channel_callbacks callbacks = channel->callbacks;
	char *command = text_of(body);
	int result = callbacks->channel_exec_request_function(channel->session, channel, command,
							      callbacks->userdata);

	fake_say_nothing(channel->session, result == 0 ? FAKE_DONE : FAKE_REFUSED,
			 channel->remote_channel);
	free(command);
}

static void take_data(ssh_channel channel, struct byte_view body, int is_stderr)
{
	ssh_channel_callbacks callbacks = channel->callbacks;
	struct byte_view copy = exact_copy(body.ptr, body.len);
	int taken;

	/* libssh, too, drops what comes behind the end. */
	if (!channel->remote_eof) {
		taken = callbacks->channel_data_function(
			channel->session, channel, (void *)(uintptr_t)copy.ptr, (uint32_t)copy.len,
			is_stderr, callbacks->userdata);
		FUZZ_CHECK(taken == (int)copy.len); /* else libssh keeps it */
	}
	exact_free(copy);
}

static void take_eof(ssh_channel channel)
{
	channel->remote_eof = 1;
	channel->callbacks->channel_eof_function(channel->session, channel,
						 channel->callbacks->userdata);
}

static void take_close(ssh_channel channel)
{
	channel->is_closed_by_peer = true;
	channel->remote_eof = 1;
	channel->callbacks->channel_close_function(channel->session, channel,
						   channel->callbacks->userdata);
}

void fake_take_of_channel(ssh_session session, int type, uint8_t number, struct byte_view body)
{
	ssh_channel channel = fake_find(session, number);
	struct reader r = reader_of(body);
	uint32_t more;

	if (channel != NULL && channel->callbacks == NULL) {
		channel->remote_eof |= type == FAKE_EOF || type == FAKE_CLOSE;
		channel->is_closed_by_peer |= type == FAKE_CLOSE;
	}
	if (channel == NULL || channel->callbacks == NULL)
		return;
	session->callback_depth++;
	if (type == FAKE_EXEC) {
		take_exec(channel, body);
	} else if (type == FAKE_DATA || type == FAKE_STDERR) {
		take_data(channel, body, type == FAKE_STDERR);
	} else if (type == FAKE_WINDOW) {
		more = reader_u32(&r);
		if (more <= UINT32_MAX - channel->remote_window)
			channel->remote_window += more;
	} else if (type == FAKE_EOF) {
		take_eof(channel);
	} else if (type == FAKE_CLOSE) {
		take_close(channel);
	}
	session->callback_depth--;
}

static void take(ssh_session session, int type, uint8_t number, struct byte_view body)
{
	struct ssh_message_struct other = {
		.session = session, .type = SSH_REQUEST_GLOBAL, .number = number};

	if (session->client != NULL) {
		session->client->take(session, type, number, body);
		return;
	}
	switch (type) {
	case FAKE_NONE:
	case FAKE_PASSWORD:
	case FAKE_GSSAPI:
		take_login(session, type, body);
		break;
	case FAKE_OPEN:
		take_open(session, number, body);
		break;
	case FAKE_GLOBAL:
		take_message(session, &other);
		break;
	case FAKE_KEYS:
		session->is_exchanging_keys = body.len == 0;
		break;
	case FAKE_WITHIN:
		session->reads_within = body.len == 0;
		break;
	case FAKE_DISCONNECT:
		session->is_closed = true;
		break;
	default:
		fake_take_of_channel(session, type, number, body);
	}
}

void fake_read(ssh_session session)
{
	uint8_t block[FAKE_READ_LEN];
	struct byte_view stream;
	struct byte_view body;
	uint8_t number;
	size_t taken;
	int type;
	ssize_t got = recv(session->fd, block, sizeof(block), MSG_DONTWAIT);

	if (got == 0 || (got < 0 && errno != EAGAIN))
		session->is_closed = true;
	if (got <= 0)
		return;
	byte_buf_put_bytes(&session->in, block, (size_t)got);
	session->socket_counter->in_bytes += (uint64_t)got;
	stream = byte_buf_view(&session->in);
	while (!session->is_closed && fake_take(&stream, &type, &number, &body))
		take(session, type, number, body);
	taken = session->in.len - stream.len;
	byte_buf_consume(&session->in, taken);
}
