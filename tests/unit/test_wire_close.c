/* How a channel ends while its wire goes on. */
#include <errno.h>

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

/* A server that sends as much as it may, for ever. */
static void flood(struct stream *stream)
{
	static const uint8_t block[4096];

	while (wire_channel_send(&stream->channel, (struct byte_view){block, sizeof(block)}) == 0)
		continue;
}

/* A client that does not read, and a server that sends on twenty channels until it is stuck. */
static struct pair *start_flooded(enum pair_socket kind)
{
	struct pair *pair = pair_new();

	pair->server.on_ready = flood;
	pair_start(pair, &turns, kind);
	for (int i = 0; i < 20; i++)
		stream_send_pattern(stream_open(&pair->client), 1, 0);
	/* Until the windows have grown beyond what the kernel's buffers hold. */
	TURN_UNTIL(&turns, pair->client.streams[19].in.len > 100000);
	wire_pause(&pair->client.wire);
	TURN_UNTIL(&turns, pair->server.wire.is_blocked);
	return pair;
}

START_TEST(close_from_either_side_ends_the_channel_once_on_both)
{
	struct pair *pair = pair_new();
	struct stream *ours[2];
	struct stream *theirs;

	pair_start(pair, &turns, _i);
	ours[0] = stream_open(&pair->client);
	ck_assert_int_eq(stream_send_pattern(ours[0], 1000, 1), 0);
	TURN_UNTIL(&turns, ours[0]->in.len == 1000);
	ours[1] = stream_open(&pair->client);
	TURN_UNTIL(&turns, ours[1]->is_open);

	wire_channel_finish(&ours[0]->channel, -1);
	wire_kick(&pair->client.wire);
	TURN_UNTIL(&turns, ours[0]->closed_count == 1);
	theirs = &pair->server.streams[1];
	wire_channel_finish(&theirs->channel, 0);
	wire_channel_finish(&theirs->channel, 1);
	wire_kick(&pair->server.wire);
	TURN_UNTIL(&turns, ours[1]->closed_count == 1);
	TURN_UNTIL(&turns, pair->server.wire.channel_count == 0);
	ck_assert_uint_eq(pair->client.wire.channel_count, 0);
	pair_end(pair, &turns);
}
END_TEST

START_TEST(queued_output_leaves_before_the_close)
{
	struct pair *pair = pair_new();
	struct stream *stream;

	pair_start(pair, &turns, PAIR_TCP);
	stream = stream_open(&pair->client);
	TURN_UNTIL(&turns, stream->is_open);
	ck_assert_int_eq(stream_send_pattern(&pair->server.streams[0], FRAME_LEN_MAX, 3), 0);
	wire_channel_finish(&pair->server.streams[0].channel, -1);
	wire_kick(&pair->server.wire);
	TURN_UNTIL(&turns, stream->closed_count == 1);
	ck_assert(stream_has_pattern(stream, FRAME_LEN_MAX, 3));
	pair_end(pair, &turns);
}
END_TEST

START_TEST(close_reaches_a_peer_that_reads_late)
{
	struct pair *pair = start_flooded(_i);

	for (int i = 0; i < 20; i++)
		wire_channel_abort(&pair->server.streams[i].channel);
	wire_kick(&pair->server.wire);
	turns_for(&turns, 10);
	wire_resume(&pair->client.wire);
	TURN_UNTIL(&turns, pair->client.wire.channel_count == 0);
	TURN_UNTIL(&turns, pair->server.wire.channel_count == 0);
	pair_end(pair, &turns);
}
END_TEST

START_TEST(peers_close_is_answered_although_others_fill_the_socket)
{
	struct pair *pair = start_flooded(_i);

	for (int i = 0; i < 20; i += 2)
		wire_channel_abort(&pair->client.streams[i].channel);
	wire_resume(&pair->client.wire);
	for (int i = 0; i < 20; i += 2)
		TURN_UNTIL(&turns, pair->client.streams[i].closed_count == 1);
	for (int i = 1; i < 20; i += 2)
		ck_assert_int_eq(pair->client.streams[i].closed_count, 0);
	pair_end(pair, &turns);
}
END_TEST

static void finish_others(struct stream *stream)
{
	for (size_t i = 0; i < stream->end->stream_count; i++) {
		if (&stream->end->streams[i] != stream)
			wire_channel_finish(&stream->end->streams[i].channel, -1);
	}
	wire_kick(&stream->end->wire);
}

/* Whichever of them had its turn before. */
START_TEST(channels_finished_in_another_ones_turn_are_closed)
{
	struct pair *pair = pair_new();

	pair->server.on_ready = finish_others;
	pair_start(pair, &turns, PAIR_TCP);
	for (int i = 0; i < 5; i++)
		stream_open(&pair->client);
	TURN_UNTIL(&turns, pair->client.streams[4].is_open);
	ck_assert_int_eq(stream_send_pattern(&pair->client.streams[_i], 1, 1), 0);
	TURN_UNTIL(&turns, pair->client.wire.channel_count == 1);
	TURN_UNTIL(&turns, pair->server.wire.channel_count == 1);
	ck_assert_int_eq(pair->client.streams[_i].closed_count, 0);
	pair_end(pair, &turns);
}
END_TEST

START_TEST(data_after_close_is_thrown_away)
{
	struct pair *pair = pair_new();
	struct stream *stream;
	size_t seen;

	pair_start(pair, &turns, PAIR_TCP);
	stream = stream_open(&pair->client);
	TURN_UNTIL(&turns, stream->is_open);
	wire_pause(&pair->client.wire);
	wire_channel_abort(&pair->server.streams[0].channel);
	wire_kick(&pair->server.wire);
	seen = pair->server.streams[0].in.len;
	wire_resume(&pair->client.wire);
	/* Before the client has read of the close. */
	ck_assert_int_eq(stream_send_pattern(stream, 100000, 1), 0);
	TURN_UNTIL(&turns, stream->closed_count == 1);
	TURN_UNTIL(&turns, pair->server.streams[0].closed_count == 1);
	ck_assert_uint_eq(pair->server.streams[0].in.len, seen);
	ck_assert_int_eq(stream_send_pattern(&pair->server.streams[0], 1, 1), -EPIPE);
	pair_end(pair, &turns);
}
END_TEST

START_TEST(data_still_comes_after_our_end_of_data)
{
	struct pair *pair = pair_new();
	struct stream *stream;

	pair_start(pair, &turns, PAIR_TCP);
	stream = stream_open(&pair->client);
	ck_assert_int_eq(stream_send_pattern(stream, 200000, 9), 0);
	TURN_UNTIL(&turns, wire_channel_pending(&stream->channel) == 0);
	ssh_channel_send_eof(stream->channel.ssh);
	/* The echo closes when it has sent all back. */
	TURN_UNTIL(&turns, stream->closed_count == 1);
	ck_assert(stream_has_pattern(stream, 200000, 9));
	pair_end(pair, &turns);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("wire_close");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, close_from_either_side_ends_the_channel_once_on_both, PAIR_TCP,
			    PAIR_UNIX + 1);
	tcase_add_test(tests, queued_output_leaves_before_the_close);
	tcase_add_loop_test(tests, close_reaches_a_peer_that_reads_late, PAIR_TCP, PAIR_UNIX + 1);
	tcase_add_loop_test(tests, peers_close_is_answered_although_others_fill_the_socket,
			    PAIR_TCP, PAIR_UNIX + 1);
	tcase_add_loop_test(tests, channels_finished_in_another_ones_turn_are_closed, 0, 5);
	tcase_add_test(tests, data_after_close_is_thrown_away);
	tcase_add_test(tests, data_still_comes_after_our_end_of_data);
	return unit_main(tests, "wire_close");
}
