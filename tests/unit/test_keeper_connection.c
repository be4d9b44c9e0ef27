#include "agentd/keeper/connection.h"

#include <openssl/evp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/frame.h"
#include "tests/support/unit.h"

/* A connection, its peer, and a ring with one key. */
struct fixture {
	struct keyring ring;
	struct connection_worker worker;
	struct connection *connection;
	int peer;
	struct byte_buf sign_frame;
};

static void fixture_init(struct fixture *f)
{
	struct key key;
	const char *why;
	size_t mark;
	int ends[2];

	keyring_init(&f->ring, 1);
	ck_assert_int_eq(key_init(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), &key, &why), 0);
	ck_assert_int_eq(keyring_add_id(&f->ring, "one"), 0);
	ck_assert_int_eq(keyring_add_key(&f->ring, &key, (struct byte_view){NULL, 0}), 0);
	ck_assert_int_eq(keyring_seal(&f->ring), 0);
	f->worker.number = 0;
	byte_buf_init(&f->worker.reply, FRAME_LEN_MAX);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	f->peer = ends[0];
	f->connection = connection_new(ends[1], &f->ring.ids[0]);
	byte_buf_init(&f->sign_frame, 4096);
	mark = frame_begin(&f->sign_frame);
	byte_buf_put_u8(&f->sign_frame, SSH_AGENTC_SIGN_REQUEST);
	byte_buf_put_string(&f->sign_frame, byte_buf_view(&f->ring.ids[0].identities[0].blob));
	byte_buf_put_text(&f->sign_frame, "data");
	byte_buf_put_u32(&f->sign_frame, 0);
	frame_end(&f->sign_frame, mark);
}

static void fixture_deinit(struct fixture *f)
{
	connection_free(f->connection);
	close(f->peer);
	byte_buf_deinit(&f->sign_frame);
	byte_buf_deinit(&f->worker.reply);
	keyring_deinit(&f->ring);
}

static enum connection_wish turn(struct fixture *f)
{
	return connection_take_turn(f->connection, &f->worker);
}

static void send_bytes(struct fixture *f, const void *bytes, size_t len)
{
	ck_assert_int_eq(send(f->peer, bytes, len, MSG_DONTWAIT), (ssize_t)len);
}

/* The type of the reply that waits, which must be whole; -1 if none does. */
static int take_reply(struct fixture *f)
{
	uint8_t bytes[4096];
	size_t body_len;
	ssize_t len = recv(f->peer, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (len < 0)
		return -1;
	ck_assert_int_eq(frame_peek((struct byte_view){bytes, (size_t)len}, &body_len), 0);
	ck_assert_uint_eq((size_t)len, FRAME_HEADER_LEN + body_len);
	return bytes[FRAME_HEADER_LEN];
}

START_TEST(request_cut_at_every_byte_is_answered_when_whole)
{
	struct fixture f;

	fixture_init(&f);
	for (size_t cut = 1; cut < f.sign_frame.len; cut++) {
		send_bytes(&f, f.sign_frame.data, cut);
		ck_assert_int_eq(turn(&f), CONNECTION_READABLE);
		ck_assert_int_eq(take_reply(&f), -1);
		send_bytes(&f, f.sign_frame.data + cut, f.sign_frame.len - cut);
		ck_assert_int_eq(turn(&f), CONNECTION_READABLE);
		ck_assert_int_eq(take_reply(&f), SSH_AGENT_SIGN_RESPONSE);
	}
	fixture_deinit(&f);
}
END_TEST

START_TEST(idle_connection_keeps_no_memory)
{
	struct fixture f;

	fixture_init(&f);
	send_bytes(&f, f.sign_frame.data, 10);
	ck_assert_int_eq(turn(&f), CONNECTION_READABLE);
	send_bytes(&f, f.sign_frame.data + 10, f.sign_frame.len - 10);
	ck_assert_int_eq(turn(&f), CONNECTION_READABLE);
	ck_assert_ptr_null(f.connection->in.data);
	ck_assert_ptr_null(f.connection->out.data);
	fixture_deinit(&f);
}
END_TEST

START_TEST(pipelined_requests_are_answered_one_a_turn)
{
	struct fixture f;

	fixture_init(&f);
	for (int i = 0; i < 3; i++)
		send_bytes(&f, f.sign_frame.data, f.sign_frame.len);
	ck_assert_int_eq(turn(&f), CONNECTION_WRITABLE);
	ck_assert_int_eq(take_reply(&f), SSH_AGENT_SIGN_RESPONSE);
	ck_assert_int_eq(take_reply(&f), -1);
	ck_assert_int_eq(turn(&f), CONNECTION_WRITABLE);
	ck_assert_int_eq(take_reply(&f), SSH_AGENT_SIGN_RESPONSE);
	ck_assert_int_eq(turn(&f), CONNECTION_READABLE);
	ck_assert_int_eq(take_reply(&f), SSH_AGENT_SIGN_RESPONSE);
	fixture_deinit(&f);
}
END_TEST

START_TEST(lying_lengths_end_the_connection)
{
	static const uint8_t bad_headers[][4] = {
		{0, 0, 0, 0}, {0, 4, 0, 1}, {0xff, 0xff, 0xff, 0xff}};
	struct fixture f;

	fixture_init(&f);
	send_bytes(&f, bad_headers[_i], 4);
	ck_assert_int_eq(turn(&f), CONNECTION_OVER);
	fixture_deinit(&f);

	fixture_init(&f); /* behind a good request: that one is answered first */
	send_bytes(&f, f.sign_frame.data, f.sign_frame.len);
	send_bytes(&f, bad_headers[_i], 4);
	ck_assert_int_eq(turn(&f), CONNECTION_WRITABLE);
	ck_assert_int_eq(take_reply(&f), SSH_AGENT_SIGN_RESPONSE);
	ck_assert_int_eq(turn(&f), CONNECTION_OVER);
	fixture_deinit(&f);
}
END_TEST

START_TEST(largest_frame_is_answered)
{
	static uint8_t frame[FRAME_LEN_MAX] = {0, 4, 0, 0, 200};
	struct fixture f;
	size_t sent = 0;
	ssize_t len;

	fixture_init(&f);
	while (sent < sizeof(frame)) {
		len = send(f.peer, frame + sent, sizeof(frame) - sent, MSG_DONTWAIT);
		if (len > 0)
			sent += (size_t)len;
		ck_assert_int_eq(turn(&f), CONNECTION_READABLE);
	}
	while (f.connection->in.len > 0)
		ck_assert_int_eq(turn(&f), CONNECTION_READABLE);
	ck_assert_int_eq(take_reply(&f), SSH_AGENT_FAILURE);
	fixture_deinit(&f);
}
END_TEST

START_TEST(peer_that_does_not_read_is_not_waited_for)
{
	struct fixture f;
	int answered = 0;
	uint8_t bytes[4096];

	fixture_init(&f);
	/* Until the replies fill the socket, and one is kept. */
	while (f.connection->out.len == 0) {
		send_bytes(&f, f.sign_frame.data, f.sign_frame.len);
		(void)turn(&f);
		answered++;
		ck_assert_int_lt(answered, 100000);
	}
	ck_assert_int_eq(turn(&f), CONNECTION_WRITABLE);
	while (recv(f.peer, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
	ck_assert_int_eq(turn(&f), CONNECTION_READABLE);
	ck_assert_uint_eq(f.connection->out.len, 0);
	fixture_deinit(&f);
}
END_TEST

START_TEST(peer_that_hangs_up_ends_it)
{
	struct fixture f;

	fixture_init(&f);
	send_bytes(&f, f.sign_frame.data, 7);
	ck_assert_int_eq(turn(&f), CONNECTION_READABLE);
	shutdown(f.peer, SHUT_RDWR);
	ck_assert_int_eq(turn(&f), CONNECTION_OVER);
	fixture_deinit(&f);
}
END_TEST

/* What nobody waits for is not signed: of others' requests there may be many behind it. */
START_TEST(whoever_hung_up_gets_no_signature)
{
	struct fixture f;

	fixture_init(&f);
	send_bytes(&f, f.sign_frame.data, f.sign_frame.len);
	close(f.peer);
	f.peer = -1;
	ck_assert_int_eq(turn(&f), CONNECTION_OVER);
	ck_assert_uint_eq(f.worker.reply.len, 0);
	fixture_deinit(&f);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("keeper_connection");

	tcase_set_timeout(tests, 30);
	tcase_add_test(tests, request_cut_at_every_byte_is_answered_when_whole);
	tcase_add_test(tests, idle_connection_keeps_no_memory);
	tcase_add_test(tests, pipelined_requests_are_answered_one_a_turn);
	tcase_add_loop_test(tests, lying_lengths_end_the_connection, 0, 3);
	tcase_add_test(tests, largest_frame_is_answered);
	tcase_add_test(tests, peer_that_does_not_read_is_not_waited_for);
	tcase_add_test(tests, peer_that_hangs_up_ends_it);
	tcase_add_test(tests, whoever_hung_up_gets_no_signature);
	return unit_main(tests, "keeper_connection");
}
