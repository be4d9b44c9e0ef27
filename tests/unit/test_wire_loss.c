/* How a wire ends when the peer leaves, lies or breaks a rule. */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/wire.h"
#include "tests/support/unit.h"
#include "tests/support/wire_pair.h"

static struct turns turns;

static void setup(void)
{
	turns_init(&turns);
}

static void teardown(void)
{
	turns_end(&turns);
}

/* Closes with a reset instead of an orderly end. */
static void socket_reset(int fd)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(fd);
}

static void expect_lost_once(struct end *end)
{
	TURN_UNTIL(&turns, end->closed_count > 0);
	ck_assert_int_eq(end->lost_count, 1);
	ck_assert_int_eq(end->closed_count, 1);
	ck_assert_uint_gt(strlen(end->lost_reason), 0);
}

/* A server on one side of a socket, the test itself on the other. */
static struct pair *start_lone_server(enum pair_socket kind, int *fd)
{
	struct pair *pair = pair_new();
	int sockets[2];

	pair_sockets(kind, sockets);
	ck_assert_int_eq(end_start_server(&pair->server, &turns, sockets[0]), 0);
	*fd = sockets[1];
	return pair;
}

START_TEST(garbage_instead_of_a_greeting_is_a_loss)
{
	static char garbage[10000];
	static const char *const starts[] = {"GET / HTTP/1.1\r\n\r\n", "\n", "SSH-1.5-old\r\n",
					     "SSH-2.0-x\r\n\xff\xff\xff\xff garbage follows"};
	struct pair *pair;
	int fd;

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		pair = start_lone_server(_i, &fd);
		memset(garbage, 'x', sizeof(garbage));
		memcpy(garbage, starts[i], strlen(starts[i]));
		ck_assert_int_gt(send(fd, garbage, sizeof(garbage), MSG_NOSIGNAL), 0);
		expect_lost_once(&pair->server);
		close(fd);
		free(pair);
	}
}
END_TEST

START_TEST(garbage_instead_of_a_servers_greeting_is_a_loss)
{
	struct pair *pair = pair_new();
	int sockets[2];

	pair_sockets(_i, sockets);
	ck_assert_int_eq(end_start_client(&pair->client, &turns, sockets[1]), 0);
	ck_assert_int_eq(send(sockets[0], "SSH-1.5-old\r\n", 13, MSG_NOSIGNAL), 13);
	expect_lost_once(&pair->client);
	close(sockets[0]);
	free(pair);
}
END_TEST

START_TEST(peer_that_leaves_at_once_is_a_loss_or_no_start)
{
	struct pair *pair = pair_new();
	int sockets[2];

	pair_sockets(_i, sockets);
	close(sockets[1]);
	if (end_start_server(&pair->server, &turns, sockets[0]) == 0)
		expect_lost_once(&pair->server);
	pair_sockets(_i, sockets);
	close(sockets[0]);
	if (end_start_client(&pair->client, &turns, sockets[1]) == 0)
		expect_lost_once(&pair->client);
	free(pair);
}
END_TEST

/* Lets the peer through so many turns of the loop, then cuts the socket. */
START_TEST(cut_at_any_moment_of_the_key_exchange_is_a_loss)
{
	struct pair *pair;
	int sockets[2];
	bool is_over = false;

	for (int turn_count = 0; !is_over; turn_count++) {
		pair = pair_new();
		pair_sockets(_i, sockets);
		ck_assert_int_eq(end_start_server(&pair->server, &turns, sockets[0]), 0);
		ck_assert_int_eq(end_start_client(&pair->client, &turns, sockets[1]), 0);
		for (int i = 0; i < turn_count; i++)
			turns_take(&turns);
		is_over = pair->client.is_logged_in;
		shutdown(sockets[1], SHUT_RDWR);
		expect_lost_once(&pair->server);
		expect_lost_once(&pair->client);
		free(pair);
	}
}
END_TEST

START_TEST(reset_is_noticed_behind_unread_data)
{
	/* The head of a packet that libssh waits for, and still waits for after every read. */
	static char block[65536] = {0, 3, 0, 0};
	int fd;
	struct pair *pair = start_lone_server(PAIR_TCP, &fd);
	ssize_t seen = 0;

	/* Let it send its part first, or it would learn of the reset in writing. */
	ck_assert_int_eq(send(fd, "SSH-2.0-x\r\n", 11, MSG_NOSIGNAL), 11);
	while (seen < 200) {
		ssize_t len;

		turns_take(&turns);
		len = recv(fd, block + 4, sizeof(block) - 4, MSG_DONTWAIT);
		seen += len > 0 ? len : 0;
	}
	wire_pause(&pair->server.wire);
	ck_assert_int_gt(send(fd, block, sizeof(block), MSG_NOSIGNAL), 12 * 4096);
	socket_reset(fd);
	wire_resume(&pair->server.wire);
	expect_lost_once(&pair->server);
	free(pair);
}
END_TEST

START_TEST(rule_broken_in_on_data_ends_the_session_with_its_reason)
{
	struct pair *pair = pair_new();
	struct stream *stream;

	pair_start(pair, &turns, PAIR_TCP);
	stream = stream_open(&pair->client);
	TURN_UNTIL(&turns, stream->is_open);
	wire_violate(&pair->server.wire, "first rule");
	wire_violate(&pair->server.wire, "second rule");
	ck_assert_int_eq(stream_send_pattern(stream, 100000, 1), 0);
	expect_lost_once(&pair->server);
	ck_assert_str_eq(pair->server.lost_reason, "first rule");
	ck_assert_uint_eq(pair->server.streams[0].in.len, 0);
	expect_lost_once(&pair->client);
	pair_end(pair, &turns);
}
END_TEST

static void break_a_rule(struct stream *stream, struct byte_view bytes)
{
	ck_assert_uint_gt(bytes.len, 0);
	ck_assert_ptr_null(stream->end->wire.violation);
	wire_violate(&stream->end->wire, "too much data");
}

START_TEST(nothing_comes_after_a_broken_rule)
{
	struct pair *pair = pair_new();

	pair->server.on_data = break_a_rule;
	pair_start(pair, &turns, PAIR_TCP);
	for (int i = 0; i < 5; i++)
		stream_open(&pair->client);
	TURN_UNTIL(&turns, pair->client.streams[4].is_open);
	/* All of it lies there to be read at once. */
	wire_pause(&pair->server.wire);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(stream_send_pattern(&pair->client.streams[i], 100, 1), 0);
	wire_resume(&pair->server.wire);
	expect_lost_once(&pair->server);
	ck_assert_str_eq(pair->server.lost_reason, "too much data");
	expect_lost_once(&pair->client);
	pair_end(pair, &turns);
}
END_TEST

/* Also when the wire was held up before, which changes how libssh sends. */
START_TEST(reason_of_a_refused_login_arrives_before_the_end)
{
	struct pair *pair = pair_new();
	int sockets[2];
	char *banner;

	pair->client.password = "wrong";
	pair_sockets(PAIR_TCP, sockets);
	ck_assert_int_eq(end_start_server(&pair->server, &turns, sockets[0]), 0);
	ck_assert_int_eq(end_start_client(&pair->client, &turns, sockets[1]), 0);
	if (_i == 1) {
		TURN_UNTIL(&turns, pair->client.is_connected);
		wire_pause(&pair->client.wire);
		turns_for(&turns, 10);
		wire_pause(&pair->server.wire);
		wire_resume(&pair->server.wire);
		turns_for(&turns, 10);
		wire_resume(&pair->client.wire);
	}
	TURN_UNTIL(&turns, pair->client.login_result != SSH_AUTH_AGAIN);
	ck_assert_int_eq(pair->client.login_result, SSH_AUTH_DENIED);
	banner = ssh_get_issue_banner(pair->client.session);
	ck_assert_str_eq(banner, "no");
	ssh_string_free_char(banner);
	expect_lost_once(&pair->server);
	ck_assert_str_eq(pair->server.lost_reason, "wrong password");
	expect_lost_once(&pair->client);
	free(pair);
}
END_TEST

START_TEST(closing_a_wire_says_nothing_to_the_peer)
{
	struct pair *pair = pair_new();
	uint64_t packet_count;

	pair_start(pair, &turns, PAIR_TCP);
	for (int i = 0; i < 5; i++)
		stream_open(&pair->client);
	TURN_UNTIL(&turns, pair->client.streams[4].is_open);
	packet_count = pair->server.wire.packet_counter.out_packets;
	end_finish(&pair->server, &turns);
	ck_assert_uint_eq(pair->server.wire.packet_counter.out_packets, packet_count);
	expect_lost_once(&pair->client);
	pair_end(pair, &turns);
}
END_TEST

START_TEST(disconnect_message_is_a_loss_with_the_peers_reason)
{
	struct pair *pair = pair_new();
	struct stream *stream;

	pair_start(pair, &turns, PAIR_TCP);
	stream = stream_open(&pair->client);
	TURN_UNTIL(&turns, stream->is_open);
	ssh_session_set_disconnect_message(pair->client.session, "gone fishing");
	ssh_remove_channel_callbacks(stream->channel.ssh, &stream->channel.callbacks);
	stream->channel.ssh = NULL; /* freed by ssh_disconnect */
	ssh_disconnect(pair->client.session);
	expect_lost_once(&pair->server);
	ck_assert_ptr_nonnull(strstr(pair->server.lost_reason, "gone fishing"));
	pair_end(pair, &turns);
}
END_TEST

static uv_poll_t newcomer;
static int newcomer_events;

static void on_newcomer_polled(uv_poll_t *poll, int status, int events)
{
	ck_assert_int_eq(status, 0);
	newcomer_events = events;
	uv_poll_stop(poll);
}

/* Opens a socket as soon as the wire is lost: it may get the number that libssh has closed. */
static void start_newcomer(struct end *end)
{
	int sockets[2];

	(void)end;
	pair_sockets(PAIR_UNIX, sockets);
	ck_assert_int_eq(uv_poll_init(&turns.loop, &newcomer, sockets[0]), 0);
	ck_assert_int_eq(uv_poll_start(&newcomer, UV_READABLE, on_newcomer_polled), 0);
	ck_assert_int_eq(send(sockets[1], "x", 1, MSG_NOSIGNAL), 1);
}

START_TEST(socket_opened_when_a_wire_is_lost_is_not_confused_with_its)
{
	int fd;
	struct pair *pair = start_lone_server(PAIR_UNIX, &fd);

	pair->server.on_lost = start_newcomer;
	ck_assert_int_gt(send(fd, "garbage\n", 8, MSG_NOSIGNAL), 0);
	expect_lost_once(&pair->server);
	TURN_UNTIL(&turns, newcomer_events != 0);
	uv_close((uv_handle_t *)&newcomer, NULL);
	close(fd);
	free(pair);
}
END_TEST

static void count_open_descriptors(size_t *count)
{
	*count = 0;
	for (int fd = 0; fd < 256; fd++)
		*count += fcntl(fd, F_GETFD) >= 0;
}

START_TEST(closed_wires_leave_no_descriptor)
{
	size_t before;
	size_t after;

	count_open_descriptors(&before);
	for (int i = 0; i < 3; i++) {
		struct pair *pair = pair_new();

		pair_start(pair, &turns, PAIR_TCP);
		stream_open(&pair->client);
		pair_end(pair, &turns);
	}
	count_open_descriptors(&after);
	ck_assert_uint_eq(after, before);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("wire_loss");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, garbage_instead_of_a_greeting_is_a_loss, PAIR_TCP,
			    PAIR_UNIX + 1);
	tcase_add_loop_test(tests, garbage_instead_of_a_servers_greeting_is_a_loss, PAIR_TCP,
			    PAIR_UNIX + 1);
	tcase_add_loop_test(tests, peer_that_leaves_at_once_is_a_loss_or_no_start, PAIR_TCP,
			    PAIR_UNIX + 1);
	tcase_add_loop_test(tests, cut_at_any_moment_of_the_key_exchange_is_a_loss, PAIR_TCP,
			    PAIR_UNIX + 1);
	tcase_add_test(tests, reset_is_noticed_behind_unread_data);
	tcase_add_test(tests, rule_broken_in_on_data_ends_the_session_with_its_reason);
	tcase_add_test(tests, nothing_comes_after_a_broken_rule);
	tcase_add_loop_test(tests, reason_of_a_refused_login_arrives_before_the_end, 0, 2);
	tcase_add_test(tests, closing_a_wire_says_nothing_to_the_peer);
	tcase_add_test(tests, disconnect_message_is_a_loss_with_the_peers_reason);
	tcase_add_test(tests, socket_opened_when_a_wire_is_lost_is_not_confused_with_its);
	tcase_add_test(tests, closed_wires_leave_no_descriptor);
	return unit_main(tests, "wire_loss");
}
