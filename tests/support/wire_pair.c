#include "tests/support/wire_pair.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PASSWORD "sfa1_test"

enum { DEADLINE_MS = 20000 };

/* Streams. */

static void on_stream_data(struct wire_channel *channel, struct byte_view bytes)
{
	struct stream *stream = channel->owner;

	if (stream->end->on_data != NULL)
		stream->end->on_data(stream, bytes);
	else
		byte_buf_put_bytes(&stream->in, bytes.ptr, bytes.len);
}

/* Sends back what has come, as far as the cap on output allows. */
static void stream_echo(struct stream *stream)
{
	size_t room = STREAM_OUT_MAX - wire_channel_pending(&stream->channel);
	size_t len = stream->in.len < room ? stream->in.len : room;
	struct byte_view bytes = {.ptr = stream->in.data, .len = len};

	if (len > 0) {
		ck_assert_int_eq(wire_channel_send(&stream->channel, bytes), 0);
		byte_buf_consume(&stream->in, len);
	}
	if (stream->channel.is_eof && stream->in.len == 0)
		wire_channel_finish(&stream->channel, -1);
}

static void on_stream_ready(struct wire_channel *channel)
{
	struct stream *stream = channel->owner;

	stream->ready_count++;
	if (stream->end->on_ready != NULL)
		stream->end->on_ready(stream);
	else if (stream->end->is_server)
		stream_echo(stream);
}

static void on_stream_closed(struct wire_channel *channel)
{
	struct stream *stream = channel->owner;

	ck_assert_int_eq(stream->end->closed_count, 0);
	stream->closed_count++;
	stream->is_open = false;
}

static void on_stream_stderr(struct wire_channel *channel, struct byte_view bytes)
{
	struct stream *stream = channel->owner;

	snprintf(stream->remark, sizeof(stream->remark), "%.*s", (int)bytes.len,
		 (const char *)bytes.ptr);
	stream->in_before_remark = stream->in.len;
}

static const struct wire_channel_events stream_events = {
	.on_data = on_stream_data,
	.on_stderr = on_stream_stderr,
	.on_ready = on_stream_ready,
	.on_closed = on_stream_closed,
};

static struct stream *end_add_stream(struct end *end, ssh_channel ssh)
{
	struct stream *stream;

	ck_assert_uint_lt(end->stream_count, STREAMS_MAX);
	ck_assert_ptr_nonnull(ssh);
	stream = &end->streams[end->stream_count++];
	stream->end = end;
	byte_buf_init(&stream->in, STREAM_IN_MAX);
	wire_channel_attach(&stream->channel, &end->wire, ssh, STREAM_OUT_MAX, &stream_events,
			    stream);
	return stream;
}

struct stream *stream_open(struct end *client)
{
	struct stream *stream = end_add_stream(client, ssh_channel_new(client->session));

	wire_kick(&client->wire);
	return stream;
}

static uint8_t pattern_byte(size_t i, uint8_t seed)
{
	return (uint8_t)(seed + i + i / 251);
}

int stream_send_pattern(struct stream *stream, size_t len, uint8_t seed)
{
	uint8_t *bytes = malloc(len);
	int err;

	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = pattern_byte(i, seed);
	err = wire_channel_send(&stream->channel, (struct byte_view){bytes, len});
	free(bytes);
	wire_kick(&stream->end->wire);
	return err;
}

bool stream_has_pattern(const struct stream *stream, size_t len, uint8_t seed)
{
	if (stream->in.len != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (stream->in.data[i] != pattern_byte(i, seed))
			return false;
	}
	return true;
}

/* Ends. */

static void on_end_lost(struct wire *wire, const char *reason)
{
	struct end *end = wire->owner;

	end->lost_count++;
	snprintf(end->lost_reason, sizeof(end->lost_reason), "%s", reason);
	if (end->on_lost != NULL)
		end->on_lost(end);
}

static void on_end_closed(struct wire *wire)
{
	struct end *end = wire->owner;

	end->closed_count++;
	end->session = NULL;
}

static bool on_server_round(struct wire *wire)
{
	struct end *end = wire->owner;

	end->round_count++;
	return false;
}

/* Connect, login, channels: each step as far as it goes without waiting. */
static bool on_client_round(struct wire *wire)
{
	struct end *end = wire->owner;
	bool has_sent = false;
	int rc;

	end->round_count++;
	if (end->login_result == SSH_AUTH_DENIED)
		return false;
	if (!end->is_connected) {
		end->is_connected = ssh_connect(end->session) == SSH_OK;
		if (!end->is_connected)
			return false;
	}
	if (!end->is_logged_in) {
		end->login_result = ssh_userauth_password(
			end->session, NULL, end->password != NULL ? end->password : PASSWORD);
		end->is_logged_in = end->login_result == SSH_AUTH_SUCCESS;
		if (!end->is_logged_in)
			return false;
	}
	for (size_t i = 0; i < end->stream_count; i++) {
		struct stream *stream = &end->streams[i];

		if (stream->is_open || stream->closed_count > 0)
			continue;
		rc = ssh_channel_open_forward(stream->channel.ssh, "echo", 1, "test", 0);
		stream->is_open = rc == SSH_OK;
		has_sent = true;
	}
	return has_sent;
}

static const struct wire_events server_events = {
	.on_round = on_server_round,
	.on_lost = on_end_lost,
	.on_closed = on_end_closed,
};

static const struct wire_events client_events = {
	.on_round = on_client_round,
	.on_lost = on_end_lost,
	.on_closed = on_end_closed,
};

static int on_password(ssh_session session, const char *user, const char *password, void *data)
{
	struct end *end = data;
	ssh_string banner;

	(void)user;
	if (strcmp(password, PASSWORD) != 0) {
		banner = ssh_string_from_char("no");
		ssh_send_issue_banner(session, banner);
		ssh_string_free(banner);
		wire_violate(&end->wire, "wrong password");
		return SSH_AUTH_DENIED;
	}
	end->is_logged_in = true;
	return SSH_AUTH_SUCCESS;
}

/* What on_password did not take. 0: answered; 1: libssh answers, with a refusal. */
static int on_server_message(ssh_session session, ssh_message message, void *data)
{
	struct end *end = data;
	ssh_channel ssh;

	(void)session;
	if (ssh_message_type(message) != SSH_REQUEST_CHANNEL_OPEN ||
	    ssh_message_subtype(message) != SSH_CHANNEL_DIRECT_TCPIP)
		return 1;
	ssh = ssh_message_channel_request_open_reply_accept(message);
	end_add_stream(end, ssh)->is_open = true;
	return 0;
}

/* One for the process: generating a key and a bind for every server would tell nothing more. */
static ssh_bind server_bind(void)
{
	static ssh_bind bind;
	ssh_key key = NULL;
	bool is_processing_config = false;

	if (bind != NULL)
		return bind;
	bind = ssh_bind_new();
	ck_assert_int_eq(ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key), SSH_OK);
	ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &is_processing_config);
	ssh_bind_options_set(bind, SSH_BIND_OPTIONS_IMPORT_KEY, key); /* transferred */
	ssh_bind_options_set(bind, SSH_BIND_OPTIONS_KEY_EXCHANGE, "curve25519-sha256");
	ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS, "ssh-ed25519");
	ssh_bind_options_set(bind, SSH_BIND_OPTIONS_CIPHERS_C_S, "aes128-gcm@openssh.com");
	ssh_bind_options_set(bind, SSH_BIND_OPTIONS_CIPHERS_S_C, "aes128-gcm@openssh.com");
	return bind;
}

int end_start_server(struct end *server, struct turns *turns, int fd)
{
	server->is_server = true;
	server->session = ssh_new();
	ck_assert_int_eq(ssh_bind_accept_fd(server_bind(), server->session, fd), SSH_OK);
	server->callbacks.userdata = server;
	server->callbacks.auth_password_function = on_password;
	ssh_callbacks_init(&server->callbacks);
	ssh_set_server_callbacks(server->session, &server->callbacks);
	ssh_set_message_callback(server->session, on_server_message, server);
	ssh_set_auth_methods(server->session, SSH_AUTH_METHOD_PASSWORD);
	return wire_init(&server->wire, &turns->loop, server->session, fd, ssh_handle_key_exchange,
			 &server_events, server);
}

int end_start_client(struct end *client, struct turns *turns, int fd)
{
	bool is_processing_config = false;
	ssh_session session = ssh_new();

	client->session = session;
	client->login_result = SSH_AUTH_AGAIN;
	ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &is_processing_config);
	ssh_options_set(session, SSH_OPTIONS_HOST, "test");
	ssh_options_set(session, SSH_OPTIONS_USER, "test");
	ssh_options_set(session, SSH_OPTIONS_SSH_DIR, "/nonexistent");
	ssh_options_set(session, SSH_OPTIONS_KNOWNHOSTS, "/dev/null");
	ssh_options_set(session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null");
	ssh_options_set(session, SSH_OPTIONS_FD, &fd);
	if (client->rekey_bytes > 0)
		ssh_options_set(session, SSH_OPTIONS_REKEY_DATA, &client->rekey_bytes);
	return wire_init(&client->wire, &turns->loop, session, fd, ssh_connect, &client_events,
			 client);
}

void pair_sockets(enum pair_socket kind, int sockets[2])
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int listener;

	if (kind == PAIR_UNIX) {
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets), 0);
		return;
	}
	listener = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, len), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	getsockname(listener, (struct sockaddr *)&address, &len);
	sockets[1] = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(sockets[1], (struct sockaddr *)&address, len), 0);
	sockets[0] = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	ck_assert_int_ge(sockets[0], 0);
	close(listener);
	for (int i = 0; i < 2; i++)
		setsockopt(sockets[i], IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

void pair_start(struct pair *pair, struct turns *turns, enum pair_socket kind)
{
	int sockets[2];

	pair_sockets(kind, sockets);
	ck_assert_int_eq(end_start_server(&pair->server, turns, sockets[0]), 0);
	ck_assert_int_eq(end_start_client(&pair->client, turns, sockets[1]), 0);
	TURN_UNTIL(turns, pair->client.is_logged_in);
}

void end_finish(struct end *end, struct turns *turns)
{
	wire_close(&end->wire);
	TURN_UNTIL(turns, end->closed_count > 0);
	ck_assert_int_eq(end->closed_count, 1);
	ck_assert_int_le(end->lost_count, 1);
	for (size_t i = 0; i < end->stream_count; i++) {
		ck_assert_int_eq(end->streams[i].closed_count, 1);
		byte_buf_deinit(&end->streams[i].in);
	}
}

void pair_end(struct pair *pair, struct turns *turns)
{
	end_finish(&pair->client, turns);
	end_finish(&pair->server, turns);
	free(pair);
}

struct pair *pair_new(void)
{
	struct pair *pair = calloc(1, sizeof(*pair));

	ck_assert_ptr_nonnull(pair);
	return pair;
}

/* Turns. */

static void on_deadline(uv_timer_t *timer)
{
	(void)timer;
	ck_abort_msg("nothing happened for %d ms", DEADLINE_MS);
}

/* Or the turn that runs this would go on to wait for something else. */
static void on_pause_over(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

void turns_init(struct turns *turns)
{
	turns->count = 0;
	uv_loop_init(&turns->loop);
	uv_timer_init(&turns->loop, &turns->deadline);
	uv_timer_init(&turns->loop, &turns->pause);
	uv_timer_start(&turns->deadline, on_deadline, DEADLINE_MS, 0);
}

void turns_take(struct turns *turns)
{
	turns->count++;
	uv_run(&turns->loop, UV_RUN_ONCE);
}

size_t turns_for(struct turns *turns, unsigned int time_ms)
{
	size_t count = turns->count;

	uv_timer_start(&turns->pause, on_pause_over, time_ms, 0);
	TURN_UNTIL(turns, !uv_is_active((uv_handle_t *)&turns->pause));
	return turns->count - count;
}

void turns_end(struct turns *turns)
{
	uv_close((uv_handle_t *)&turns->deadline, NULL);
	uv_close((uv_handle_t *)&turns->pause, NULL);
	uv_run(&turns->loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&turns->loop), 0);
}
