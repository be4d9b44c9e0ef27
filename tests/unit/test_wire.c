#include "common/wire.h"

#include <errno.h>
#include <malloc.h>

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

static void echo_once(struct pair *pair, size_t len, uint8_t seed)
{
	struct stream *stream = &pair->client.streams[0];

	byte_buf_clear(&stream->in);
	ck_assert_int_eq(stream_send_pattern(stream, len, seed), 0);
	TURN_UNTIL(&turns, stream->in.len >= len);
	ck_assert(stream_has_pattern(stream, len, seed));
}

START_TEST(messages_larger_than_several_windows_echo_unchanged)
{
	struct pair *pair = pair_new();

	pair_start(pair, &turns, _i);
	stream_open(&pair->client);
	/* A window of libssh's is 64,000 bytes at first, 1,280,000 later. */
	for (int i = 0; i < 8; i++)
		echo_once(pair, FRAME_LEN_MAX, (uint8_t)(i * 7));
	pair_end(pair, &turns);
}
END_TEST

static void open_another(struct stream *stream)
{
	if (stream->end->stream_count == 1)
		stream_open(stream->end);
}

START_TEST(channel_asked_for_in_another_ones_turn_opens)
{
	struct pair *pair = pair_new();

	pair_start(pair, &turns, PAIR_TCP);
	pair->client.on_ready = open_another;
	stream_open(&pair->client);
	TURN_UNTIL(&turns, pair->client.streams[0].is_open);
	ck_assert_int_eq(stream_send_pattern(&pair->server.streams[0], 1, 1), 0);
	TURN_UNTIL(&turns, pair->client.streams[1].is_open);
	pair_end(pair, &turns);
}
END_TEST

START_TEST(fifty_channels_echo_at_once)
{
	struct pair *pair = pair_new();
	struct end *client = &pair->client;
	int done = 0;

	pair_start(pair, &turns, PAIR_TCP);
	for (uint8_t i = 0; i < 50; i++)
		ck_assert_int_eq(stream_send_pattern(stream_open(client), 20000 + i * 997U, i), 0);
	for (uint8_t i = 0; i < 50; i++) {
		size_t len = 20000 + i * 997U;

		TURN_UNTIL(&turns, client->streams[i].in.len >= len);
		done += stream_has_pattern(&client->streams[i], len, i);
	}
	ck_assert_int_eq(done, 50);
	pair_end(pair, &turns);
}
END_TEST

/* A server that sends as much as it may, for ever. */
static void flood(struct stream *stream)
{
	static const uint8_t block[4096];

	while (wire_channel_send(&stream->channel, (struct byte_view){block, sizeof(block)}) == 0)
		continue;
}

/* What libssh holds for the socket, less what packets cost. */
static size_t unsent_len(const struct wire *wire)
{
	uint64_t taken = wire->packet_counter.out_bytes;
	uint64_t sent = wire->socket_counter.out_bytes;

	return taken > sent ? taken - sent : 0;
}

START_TEST(peer_that_stops_reading_is_not_fed_and_delays_nobody)
{
	struct pair *lazy = pair_new();
	struct pair *busy = pair_new();
	size_t memory_before;
	size_t round_count;

	lazy->server.on_ready = flood;
	/* Its buffers do not grow, TCP's do. */
	pair_start(lazy, &turns, PAIR_UNIX);
	pair_start(busy, &turns, PAIR_TCP);
	stream_open(&busy->client);
	echo_once(busy, 100, 1);
	for (int i = 0; i < 20; i++)
		stream_send_pattern(stream_open(&lazy->client), 1, 0);
	TURN_UNTIL(&turns, lazy->client.streams[19].in.len > 100000);
	wire_pause(&lazy->client.wire);
	TURN_UNTIL(&turns, lazy->server.wire.is_blocked);
	ck_assert_uint_lt(unsent_len(&lazy->server.wire), 100000);
	memory_before = mallinfo2().uordblks;
	for (uint8_t i = 0; i < 100; i++)
		echo_once(busy, 1000, i);
	ck_assert_uint_lt(mallinfo2().uordblks, memory_before + 1024 * 1024);
	for (size_t i = 0; i < lazy->server.stream_count; i++)
		ck_assert_uint_le(lazy->server.streams[i].channel.out.capacity, STREAM_OUT_MAX);
	/* The wish to send must not keep the loop awake. */
	round_count = lazy->server.round_count;
	ck_assert_uint_le(turns_for(&turns, 100), 3);
	ck_assert_uint_eq(lazy->server.round_count, round_count);
	pair_end(lazy, &turns);
	pair_end(busy, &turns);
}
END_TEST

static uint8_t lent[200000];

static void lend_at_once(struct stream *stream)
{
	if (stream->ready_count == 1)
		ck_assert_int_eq(
			wire_channel_lend(&stream->channel, (struct byte_view){lent, sizeof(lent)}),
			0);
}

START_TEST(lent_bytes_leave_unchanged_and_uncopied)
{
	struct pair *pair = pair_new();
	struct stream *stream;

	for (size_t i = 0; i < sizeof(lent); i++)
		lent[i] = (uint8_t)(i * 31 >> 3);
	pair->server.on_ready = lend_at_once;
	pair_start(pair, &turns, PAIR_TCP);
	stream = stream_open(&pair->client);
	TURN_UNTIL(&turns, stream->is_open);
	ck_assert_int_eq(stream_send_pattern(stream, 1, 1), 0);
	TURN_UNTIL(&turns, stream->in.len >= sizeof(lent));
	ck_assert_uint_eq(stream->in.len, sizeof(lent));
	ck_assert_mem_eq(stream->in.data, lent, sizeof(lent));
	/* No copy was made of them, and the loan is over. */
	ck_assert_uint_eq(pair->server.streams[0].channel.out.capacity, 0);
	ck_assert_uint_eq(wire_channel_pending(&pair->server.streams[0].channel), 0);
	pair_end(pair, &turns);
}
END_TEST

START_TEST(a_channel_that_ends_borrows_nothing)
{
	struct pair *pair = pair_new();
	struct stream *stream;

	pair_start(pair, &turns, PAIR_TCP);
	stream = stream_open(&pair->client);
	TURN_UNTIL(&turns, stream->is_open);
	ck_assert_int_eq(
		wire_channel_lend(&stream->channel, (struct byte_view){lent, sizeof(lent)}), 0);
	wire_channel_abort(&stream->channel);
	ck_assert_uint_eq(wire_channel_pending(&stream->channel), 0);
	ck_assert_int_eq(wire_channel_lend(&stream->channel, (struct byte_view){lent, 1}), -EPIPE);
	wire_kick(&pair->client.wire);
	TURN_UNTIL(&turns, stream->closed_count == 1);
	pair_end(pair, &turns);
}
END_TEST

static void remark_and_reply(struct stream *stream)
{
	static const uint8_t reply[5];
	char text[16];

	if (!stream->end->is_server || stream->in.len == 0)
		return;
	wire_channel_remark(&stream->channel, "one that is replaced");
	snprintf(text, sizeof(text), "remark %d", stream->ready_count);
	wire_channel_remark(&stream->channel, text);
	ck_assert_int_eq(wire_channel_send(&stream->channel, (struct byte_view){reply, 5}), 0);
	byte_buf_clear(&stream->in);
}

START_TEST(remark_arrives_before_the_reply_and_once)
{
	struct pair *pair = pair_new();
	struct stream *stream;

	pair->server.on_ready = remark_and_reply;
	pair_start(pair, &turns, _i);
	stream = stream_open(&pair->client);
	for (size_t i = 0; i < 3; i++) {
		stream->remark[0] = '\0';
		ck_assert_int_eq(stream_send_pattern(stream, 1, 1), 0);
		TURN_UNTIL(&turns, stream->in.len == 5 * (i + 1));
		ck_assert_int_eq(strncmp(stream->remark, "remark ", 7), 0);
		ck_assert_uint_eq(stream->in_before_remark, 5 * i);
	}
	stream->remark[0] = '\0';
	turns_for(&turns, 20);
	ck_assert_str_eq(stream->remark, "");
	pair_end(pair, &turns);
}
END_TEST

START_TEST(remark_of_a_channel_that_ends_is_dropped)
{
	struct pair *pair = pair_new();
	struct stream *stream;

	pair_start(pair, &turns, PAIR_TCP);
	stream = stream_open(&pair->client);
	TURN_UNTIL(&turns, stream->is_open);
	wire_channel_remark(&pair->server.streams[0].channel, "nobody hears it");
	wire_channel_abort(&pair->server.streams[0].channel);
	wire_channel_remark(&pair->server.streams[0].channel, "nor this");
	wire_kick(&pair->server.wire);
	TURN_UNTIL(&turns, stream->closed_count == 1);
	ck_assert_str_eq(stream->remark, "");
	pair_end(pair, &turns);
}
END_TEST

START_TEST(idle_wire_takes_no_turns)
{
	struct pair *pair = pair_new();
	size_t round_count;

	pair_start(pair, &turns, PAIR_TCP);
	stream_open(&pair->client);
	echo_once(pair, 1000, 1);
	turns_for(&turns, 20);
	round_count = pair->server.round_count + pair->client.round_count;
	ck_assert_uint_le(turns_for(&turns, 100), 2);
	ck_assert_uint_eq(pair->server.round_count + pair->client.round_count, round_count);
	pair_end(pair, &turns);
}
END_TEST

START_TEST(small_request_takes_the_server_two_rounds)
{
	struct pair *pair = pair_new();
	size_t before;

	pair_start(pair, &turns, PAIR_TCP);
	stream_open(&pair->client);
	echo_once(pair, 1000, 1);
	before = pair->server.round_count;
	for (uint8_t i = 0; i < 100; i++)
		echo_once(pair, 1000, i);
	/* One that answers, one in which the output's having left is news; no more, but for luck. */
	ck_assert_uint_le(pair->server.round_count - before, 2 * 100 + 5);
	pair_end(pair, &turns);
}
END_TEST

START_TEST(output_over_its_cap_is_refused_and_the_rest_is_unharmed)
{
	struct pair *pair = pair_new();
	struct stream *stream;

	pair_start(pair, &turns, PAIR_TCP);
	stream = stream_open(&pair->client);
	TURN_UNTIL(&turns, stream->is_open);
	wire_pause(&pair->client.wire);
	ck_assert_int_eq(stream_send_pattern(stream, STREAM_OUT_MAX - 10, 1), 0);
	ck_assert_int_eq(stream_send_pattern(stream, 11, 1), -EMSGSIZE);
	ck_assert_int_eq(stream_send_pattern(stream, 0, 1), 0);
	ck_assert_uint_eq(wire_channel_pending(&stream->channel), STREAM_OUT_MAX - 10);
	wire_resume(&pair->client.wire);
	TURN_UNTIL(&turns, stream->in.len >= STREAM_OUT_MAX - 10);
	ck_assert(stream_has_pattern(stream, STREAM_OUT_MAX - 10, 1));
	echo_once(pair, STREAM_OUT_MAX, 2);
	pair_end(pair, &turns);
}
END_TEST

START_TEST(cap_on_output_counts_only_what_has_not_left)
{
	struct pair *pair = pair_new();
	struct stream *stream;
	size_t room;

	pair_start(pair, &turns, PAIR_TCP);
	stream = stream_open(&pair->client);
	TURN_UNTIL(&turns, stream->is_open);
	/* The window takes its share. */
	ck_assert_int_eq(stream_send_pattern(stream, STREAM_OUT_MAX, 1), 0);
	TURN_UNTIL(&turns, wire_channel_pending(&stream->channel) < STREAM_OUT_MAX);
	room = STREAM_OUT_MAX - wire_channel_pending(&stream->channel);
	ck_assert_uint_gt(room, 0);
	ck_assert_int_eq(stream_send_pattern(stream, room + 1, 1), -EMSGSIZE);
	ck_assert_int_eq(stream_send_pattern(stream, room, 1), 0);
	TURN_UNTIL(&turns, stream->in.len == STREAM_OUT_MAX + room);
	pair_end(pair, &turns);
}
END_TEST

START_TEST(new_keys_in_mid_traffic_lose_and_stop_nothing)
{
	struct pair *pair = pair_new();
	struct end *client = &pair->client;

	client->rekey_bytes = 16 * 1024;
	pair_start(pair, &turns, _i);
	for (uint8_t i = 0; i < 10; i++)
		ck_assert_int_eq(stream_send_pattern(stream_open(client), FRAME_LEN_MAX, i), 0);
	for (uint8_t i = 0; i < 10; i++) {
		TURN_UNTIL(&turns, client->streams[i].in.len >= FRAME_LEN_MAX);
		ck_assert(stream_has_pattern(&client->streams[i], FRAME_LEN_MAX, i));
	}
	for (uint8_t i = 0; i < 100; i++)
		echo_once(pair, 5000, i);
	pair_end(pair, &turns);
}
END_TEST

static void ignore(struct stream *stream)
{
	(void)stream;
}

START_TEST(peer_that_never_finishes_new_keys_costs_nothing)
{
	struct pair *pair = pair_new();
	struct stream *stream;
	struct stream *theirs = &pair->server.streams[0];

	pair->client.rekey_bytes = 16 * 1024;
	pair->server.on_ready = ignore;
	pair_start(pair, &turns, PAIR_TCP);
	stream = stream_open(&pair->client);
	TURN_UNTIL(&turns, stream->is_open);
	/* More than old keys may carry: libssh asks for new ones, and hears no answer. */
	ck_assert_int_eq(stream_send_pattern(stream, 20000, 1), 0);
	TURN_UNTIL(&turns, wire_channel_pending(&stream->channel) == 0);
	wire_pause(&pair->client.wire);
	turns_for(&turns, 20);
	ck_assert_int_eq(stream_send_pattern(theirs, 1000, 2), 0);
	ck_assert_uint_gt(ssh_channel_window_size(theirs->channel.ssh), 0);
	ck_assert_uint_le(turns_for(&turns, 100), 3);
	ck_assert_uint_eq(wire_channel_pending(&theirs->channel), 1000);
	wire_resume(&pair->client.wire);
	TURN_UNTIL(&turns, stream->in.len == 1000 && theirs->in.len == 20000);
	ck_assert(stream_has_pattern(stream, 1000, 2));
	pair_end(pair, &turns);
}
END_TEST

static void pause_at_data(struct stream *stream, struct byte_view bytes)
{
	byte_buf_put_bytes(&stream->in, bytes.ptr, bytes.len);
	wire_pause(&stream->end->wire);
}

START_TEST(pause_inside_libssh_holds_before_the_next_event)
{
	struct pair *pair = pair_new();
	struct stream *stream;
	struct stream *theirs = &pair->server.streams[0];

	pair->server.on_data = pause_at_data;
	pair_start(pair, &turns, PAIR_TCP);
	stream = stream_open(&pair->client);
	ck_assert_int_eq(stream_send_pattern(stream, 1000, 1), 0);
	TURN_UNTIL(&turns, pair->server.wire.is_paused);
	turns_for(&turns, 20);
	ck_assert_int_eq(theirs->ready_count, 0);
	ck_assert_uint_eq(theirs->in.len, 1000);
	wire_resume(&pair->server.wire);
	TURN_UNTIL(&turns, stream->in.len == 1000);
	pair_end(pair, &turns);
}
END_TEST

START_TEST(paused_wire_is_silent_until_resumed)
{
	struct pair *pair = pair_new();
	struct stream *stream;

	pair_start(pair, &turns, PAIR_TCP);
	stream = stream_open(&pair->client);
	TURN_UNTIL(&turns, stream->is_open);
	wire_pause(&pair->server.wire);
	wire_pause(&pair->server.wire);
	ck_assert_int_eq(stream_send_pattern(stream, 1000, 1), 0);
	turns_for(&turns, 30);
	ck_assert_uint_eq(stream->in.len, 0);
	ck_assert_uint_eq(pair->server.streams[0].in.len, 0);
	wire_resume(&pair->server.wire);
	wire_resume(&pair->server.wire);
	TURN_UNTIL(&turns, stream->in.len == 1000);
	/* And a paused wire can be closed. */
	wire_pause(&pair->server.wire);
	pair_end(pair, &turns);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("wire");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, messages_larger_than_several_windows_echo_unchanged, PAIR_TCP,
			    PAIR_UNIX + 1);
	tcase_add_test(tests, channel_asked_for_in_another_ones_turn_opens);
	tcase_add_test(tests, fifty_channels_echo_at_once);
	tcase_add_test(tests, peer_that_stops_reading_is_not_fed_and_delays_nobody);
	tcase_add_test(tests, lent_bytes_leave_unchanged_and_uncopied);
	tcase_add_test(tests, a_channel_that_ends_borrows_nothing);
	tcase_add_loop_test(tests, remark_arrives_before_the_reply_and_once, PAIR_TCP,
			    PAIR_UNIX + 1);
	tcase_add_test(tests, remark_of_a_channel_that_ends_is_dropped);
	tcase_add_test(tests, idle_wire_takes_no_turns);
	tcase_add_test(tests, small_request_takes_the_server_two_rounds);
	tcase_add_test(tests, output_over_its_cap_is_refused_and_the_rest_is_unharmed);
	tcase_add_test(tests, cap_on_output_counts_only_what_has_not_left);
	tcase_add_loop_test(tests, new_keys_in_mid_traffic_lose_and_stop_nothing, PAIR_TCP,
			    PAIR_UNIX + 1);
	tcase_add_test(tests, peer_that_never_finishes_new_keys_costs_nothing);
	tcase_add_test(tests, pause_inside_libssh_holds_before_the_next_event);
	tcase_add_test(tests, paused_wire_is_silent_until_resumed);
	return unit_main(tests, "wire");
}
