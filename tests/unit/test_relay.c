/*
 * Requests and replies through a relay whose agent behaves.
 */
#include "agentd/relay.h"

#include <errno.h>
#include <time.h>

#include "common/agent_msg.h"
#include "common/frame.h"
#include "tests/support/login.h"
#include "tests/support/relay_world.h"
#include "tests/support/said.h"
#include "tests/support/unit.h"

static struct world world;

static void setup(void)
{
	said_begin();
}

static void teardown(void)
{
	world_deinit(&world);
}

/* The fake agent's echo of the request that client_ask_signature sends. */
static void assert_echo(const struct world_client *client, size_t user_len)
{
	struct byte_buf frame;

	byte_buf_init(&frame, (size_t)2 * FRAME_LEN_MAX);
	put_sign_frame(&frame, user_len);
	ck_assert_int_eq(client_reply_type(client), SSH_AGENT_SIGN_RESPONSE);
	ck_assert_uint_eq(client->last.len, frame.len + 1);
	ck_assert_mem_eq(client->last.data + FRAME_HEADER_LEN + 1, frame.data + FRAME_HEADER_LEN,
			 frame.len - FRAME_HEADER_LEN);
	byte_buf_deinit(&frame);
}

START_TEST(a_request_is_answered)
{
	struct world_client *client;

	world_init(&world, "ask echo again");
	client = world_add_client(&world);
	client_ask_signature(client, 100);
	ck_assert(relay_is_busy(client->relay));
	world_await_replies(&world, client, 1);
	ck_assert(!relay_is_busy(client->relay));
	assert_echo(client, 100);
	ck_assert(!client->has_ended);
	said_expect("signed id=one key=SHA256:");
}
END_TEST

START_TEST(requests_on_one_connection_are_answered_in_turn)
{
	struct world_client *client;

	world_init(&world, "ask echo again");
	client = world_add_client(&world);
	for (unsigned i = 1; i <= 20; i++) {
		client_ask_signature(client, i);
		world_await_replies(&world, client, i);
		assert_echo(client, i);
	}
	ck_assert_uint_eq(world.sources.list[0]->state->open_count, 1);
}
END_TEST

START_TEST(a_request_cut_at_every_byte_is_answered)
{
	struct world_client *client;
	struct byte_buf frame;
	unsigned asked = 0;

	world_init(&world, "ask echo again");
	client = world_add_client(&world);
	byte_buf_init(&frame, FRAME_LEN_MAX);
	put_sign_frame(&frame, 40);
	for (size_t cut = 1; cut < frame.len; cut++) {
		client_send(client, (struct byte_view){frame.data, cut});
		world_turn(&world);
		ck_assert(!relay_is_busy(client->relay));
		client_send(client, (struct byte_view){frame.data + cut, frame.len - cut});
		world_await_replies(&world, client, ++asked);
		assert_echo(client, 40);
	}
	byte_buf_deinit(&frame);
}
END_TEST

START_TEST(a_reply_in_pieces_is_one_reply)
{
	struct world_client *client;

	world_init(&world, "ask pieces again");
	client = world_add_client(&world);
	for (unsigned i = 1; i <= 2; i++) {
		client_ask_signature(client, 30);
		world_await_replies(&world, client, i);
		assert_echo(client, 30);
	}
}
END_TEST

START_TEST(a_second_request_waits_for_the_first_reply)
{
	struct world_client *client;

	world_init(&world, "ask echo again");
	client = world_add_client(&world);
	client_ask_signature(client, 1);
	client_ask_signature(client, 2);
	world_await_replies(&world, client, 1);
	assert_echo(client, 1);
	world_turn(&world);
	ck_assert_uint_eq(client->replies, 1); /* until downstream has room for more */
	relay_run(client->relay);
	world_await_replies(&world, client, 2);
	assert_echo(client, 2);
}
END_TEST

START_TEST(the_largest_request_and_reply_pass)
{
	struct world_client *client;
	struct byte_buf smallest;
	size_t user_len;

	byte_buf_init(&smallest, FRAME_LEN_MAX);
	put_sign_frame(&smallest, 0);
	user_len = FRAME_LEN_MAX - smallest.len;
	byte_buf_deinit(&smallest);
	/* Far more than a socket takes at once, both ways. */
	world_init(&world, "ask body=262144 again");
	client = world_add_client(&world);
	for (unsigned i = 1; i <= 2; i++) {
		client_ask_signature(client, user_len);
		world_await_replies(&world, client, i);
		ck_assert_uint_eq(client->last.len, FRAME_LEN_MAX);
	}
}
END_TEST

START_TEST(a_request_over_the_cap_ends_the_connection)
{
	static const uint8_t header[] = {0, 4, 0, 1}; /* 256 KiB and one */
	struct world_client *client;

	world_init(&world, "ask echo again");
	client = world_add_client(&world);
	client_send(client, (struct byte_view){header, sizeof(header)});
	ck_assert(client->has_ended);
	ck_assert_uint_eq(client->replies, 0);
	said_expect("larger than 256 KiB");
	client_ask_list(client); /* does nothing any more */
	ck_assert_uint_eq(client->replies, 0);
}
END_TEST

START_TEST(an_empty_request_ends_the_connection)
{
	static const uint8_t header[] = {0, 0, 0, 0};
	struct world_client *client;

	world_init(&world, "ask echo again");
	client = world_add_client(&world);
	client_send(client, (struct byte_view){header, sizeof(header)});
	ck_assert(client->has_ended);
	said_expect("empty");
}
END_TEST

START_TEST(more_than_a_frame_of_input_is_refused)
{
	static const uint8_t filler[FRAME_LEN_MAX];
	struct world_client *client;

	world_init(&world, "ask stall");
	client = world_add_client(&world);
	client_ask_list(client);
	ck_assert_int_eq(relay_input(client->relay, (struct byte_view){filler, FRAME_LEN_MAX - 5}),
			 0);
	ck_assert_int_eq(relay_input(client->relay, (struct byte_view){filler, 6}), -EMSGSIZE);
}
END_TEST

/* What all relays may keep of large requests together; agentd/relay.c has it. */
START_TEST(large_requests_over_the_total_are_refused_and_small_ones_are_not)
{
	static const uint8_t filler[32 * 1024] = {0, 3};
	const size_t total = 64 * 1024 * 1024;
	struct world_client *client;

	world_init(&world, "ask echo again");
	world.context.input_len = total - sizeof(filler) + 1; /* as if others had sent it */
	client = world_add_client(&world);
	ck_assert_int_eq(relay_input(client->relay, (struct byte_view){filler, sizeof(filler)}),
			 -ENOBUFS);
	client_ask_signature(client, 100);
	world_await_replies(&world, client, 1);
	assert_echo(client, 100);
	world.context.input_len--;
	ck_assert_int_eq(relay_input(client->relay, (struct byte_view){filler, sizeof(filler)}), 0);
	ck_assert_uint_eq(world.context.input_len, total);
	client = world_add_client(&world);
	ck_assert_int_eq(relay_input(client->relay, (struct byte_view){filler, 16 * 1024}), 0);
	ck_assert_int_eq(relay_input(client->relay, (struct byte_view){filler, 1}), -ENOBUFS);
	world.context.input_len -= total - sizeof(filler);
}
END_TEST

START_TEST(input_after_its_end_is_none)
{
	struct world_client *client;

	world_init(&world, "ask echo again");
	client = world_add_client(&world);
	relay_end_input(client->relay);
	client_ask_list(client);
	ck_assert(client->has_ended);
	ck_assert_uint_eq(client->replies, 0);
	ck_assert_uint_eq(world.context.input_len, 0);
}
END_TEST

START_TEST(a_refused_request_fails_and_never_reaches_the_agent)
{
	static const uint8_t remove_all[] = {0, 0, 0, 1, SSH_AGENTC_REMOVE_ALL_IDENTITIES};
	struct world_client *client;

	world_init(&world, "ask echo again");
	client = world_add_client(&world);
	client_send(client, (struct byte_view){remove_all, sizeof(remove_all)});
	ck_assert_uint_eq(client->replies, 1);
	ck_assert_int_eq(client_reply_type(client), SSH_AGENT_FAILURE);
	ck_assert_uint_eq(world.sources.list[0]->state->open_count, 0);
	said_expect("refused kind=other id=one");
	ck_assert_str_eq(client->excuse, "a build may not change the agent");
	client_ask_signature(client, 1); /* and the connection goes on */
	world_await_replies(&world, client, 2);
	assert_echo(client, 1);
}
END_TEST

START_TEST(a_false_binding_fails_and_goes_no_further)
{
	struct world_client *client;
	struct login_host host;
	struct byte_buf frame;
	size_t mark;

	world_init(&world, "ask echo again");
	client = world_add_client(&world);
	login_host_init_ed25519(&host);
	byte_buf_init(&frame, FRAME_LEN_MAX);
	mark = frame_begin(&frame);
	put_session_bind(&frame, &host, "session", false);
	frame_end(&frame, mark);
	frame.data[frame.len - 2] ^= 1; /* the end of the signature */
	client_send(client, byte_buf_view(&frame));
	world_await_replies(&world, client, 1);
	ck_assert_int_eq(client_reply_type(client), SSH_AGENT_FAILURE);
	ck_assert_uint_eq(world.sources.list[0]->state->open_count, 0);
	said_expect("refused kind=session-bind id=one");
	client_ask_signature(client, 1);
	world_await_replies(&world, client, 2);
	ck_assert_int_eq(client_reply_type(client), SSH_AGENT_FAILURE);
	ck_assert_uint_eq(world.sources.list[0]->state->open_count, 0);
	byte_buf_deinit(&frame);
	login_host_deinit(&host);
}
END_TEST

START_TEST(a_used_up_token_is_refused_signatures_and_nothing_else)
{
	struct world_client *client;
	struct lease lease = {.max = 1};

	world_init(&world, "ask echo again");
	client = world_add_client(&world);
	client->grant = (struct grant){.has_token = true, .lease = &lease};
	client_ask_list(client);
	world_await_replies(&world, client, 1);
	client_ask_signature(client, 1);
	world_await_replies(&world, client, 2);
	assert_echo(client, 1);
	client_ask_signature(client, 1);
	world_await_replies(&world, client, 3);
	ck_assert_int_eq(client_reply_type(client), SSH_AGENT_FAILURE);
	said_expect("used up");
	client_ask_list(client);
	world_await_replies(&world, client, 4);
	ck_assert_int_ne(client_reply_type(client), SSH_AGENT_FAILURE);
}
END_TEST

START_TEST(an_expired_token_is_refused_everything)
{
	struct world_client *client;

	world_init(&world, "ask echo again");
	client = world_add_client(&world);
	client->grant =
		(struct grant){.has_token = true, .token = {.expiry_s = (uint64_t)time(NULL) - 1}};
	client_ask_list(client);
	ck_assert_int_eq(client_reply_type(client), SSH_AGENT_FAILURE);
	client_ask_signature(client, 1);
	ck_assert_uint_eq(client->replies, 2);
	ck_assert_int_eq(client_reply_type(client), SSH_AGENT_FAILURE);
	said_expect("expired");
}
END_TEST

START_TEST(a_half_closed_connection_ends_when_all_is_answered)
{
	struct world_client *client;

	world_init(&world, "ask echo again");
	client = world_add_client(&world);
	client->goes_on = true;
	client_ask_signature(client, 1);
	client_ask_signature(client, 2);
	relay_end_input(client->relay);
	relay_run(client->relay);
	ck_assert(!client->has_ended);
	world_await_replies(&world, client, 2);
	world_await_end(&world, client);
	assert_echo(client, 2);
}
END_TEST

START_TEST(half_a_request_and_then_the_end_ends_the_connection)
{
	struct world_client *client;

	world_init(&world, "ask echo again");
	client = world_add_client(&world);
	client_send(client, (struct byte_view){(const uint8_t *)"\0\0", 2});
	relay_end_input(client->relay);
	relay_run(client->relay);
	ck_assert(client->has_ended);
	ck_assert_uint_eq(client->replies, 0);
}
END_TEST

START_TEST(quiet_comes_when_the_last_request_is_answered)
{
	struct world_client *first;
	struct world_client *second;

	world_init(&world, "ask echo again");
	first = world_add_client(&world);
	second = world_add_client(&world);
	client_ask_list(first);
	client_ask_list(second);
	ck_assert_uint_eq(world.context.busy_count, 2);
	world_await_replies(&world, first, 1);
	world_await_replies(&world, second, 1);
	ck_assert_uint_eq(world.context.busy_count, 0);
	ck_assert_uint_eq(world.quiet_count, 1);
	client_ask_list(first);
	world_await_replies(&world, first, 2);
	ck_assert_uint_eq(world.quiet_count, 2);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("relay");

	tcase_set_timeout(tests, 30);
	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_request_is_answered);
	tcase_add_test(tests, requests_on_one_connection_are_answered_in_turn);
	tcase_add_test(tests, a_request_cut_at_every_byte_is_answered);
	tcase_add_test(tests, a_reply_in_pieces_is_one_reply);
	tcase_add_test(tests, a_second_request_waits_for_the_first_reply);
	tcase_add_test(tests, the_largest_request_and_reply_pass);
	tcase_add_test(tests, a_request_over_the_cap_ends_the_connection);
	tcase_add_test(tests, an_empty_request_ends_the_connection);
	tcase_add_test(tests, more_than_a_frame_of_input_is_refused);
	tcase_add_test(tests, large_requests_over_the_total_are_refused_and_small_ones_are_not);
	tcase_add_test(tests, input_after_its_end_is_none);
	tcase_add_test(tests, a_refused_request_fails_and_never_reaches_the_agent);
	tcase_add_test(tests, a_false_binding_fails_and_goes_no_further);
	tcase_add_test(tests, a_used_up_token_is_refused_signatures_and_nothing_else);
	tcase_add_test(tests, an_expired_token_is_refused_everything);
	tcase_add_test(tests, a_half_closed_connection_ends_when_all_is_answered);
	tcase_add_test(tests, half_a_request_and_then_the_end_ends_the_connection);
	tcase_add_test(tests, quiet_comes_when_the_last_request_is_answered);
	return unit_main(tests, "relay");
}
