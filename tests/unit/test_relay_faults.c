/*
 * A relay whose agent, or whose client, does not behave: someone who waits for an answer gets a
 * failure, and nothing waits for ever.
 */
#include "agentd/relay.h"
#include "common/agent_msg.h"
#include "common/frame.h"
#include "tests/support/fake_agent.h"
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

/* The one who waits is answered with a failure, and then the connection is over. */
static void assert_fails(struct world_client *client, unsigned replies, const char *why)
{
	world_await_end(&world, client);
	ck_assert_uint_eq(client->replies, replies);
	ck_assert_int_eq(client_reply_type(client), SSH_AGENT_FAILURE);
	ck_assert_uint_eq(client->last.len, FRAME_HEADER_LEN + 1);
	said_expect(why);
	ck_assert_ptr_nonnull(client->excuse);
	ck_assert_ptr_nonnull(strstr(client->excuse, why));
	ck_assert_uint_eq(world.sources.list[0]->state->open_count, 0);
}

static struct world_client *ask_agent(const char *script)
{
	struct world_client *client;

	world_init(&world, script);
	client = world_add_client(&world);
	client_ask_signature(client, 10);
	return client;
}

START_TEST(an_agent_that_closes_while_asked_is_a_failure)
{
	assert_fails(ask_agent("ask close"), 1, "the agent died, or closed the connection");
}
END_TEST

START_TEST(an_agent_that_closes_in_the_midst_of_a_reply_is_a_failure)
{
	assert_fails(ask_agent("ask hex=000000050e0000 close"), 1,
		     "the agent died, or closed the connection");
}
END_TEST

START_TEST(an_agent_that_closes_without_reading_is_a_failure)
{
	assert_fails(ask_agent("close"), 1, "the agent died, or closed the connection");
}
END_TEST

START_TEST(an_agent_that_is_not_there_is_a_failure)
{
	struct world_client *client = ask_agent(NULL);

	assert_fails(client, 1, "the socket of the agent is gone");
}
END_TEST

START_TEST(an_agent_that_died_is_a_failure)
{
	world_init(&world, NULL);
	close(fake_agent_listen("agent.sock")); /* the socket is there, and nobody behind it */
	client_ask_list(world_add_client(&world));
	assert_fails(&world.clients[0], 1, "nobody listens at the socket of the agent any more");
}
END_TEST

START_TEST(a_reply_over_the_cap_is_a_failure)
{
	assert_fails(ask_agent("ask body=262145 stall"), 1, "malformed");
}
END_TEST

START_TEST(an_empty_reply_is_a_failure)
{
	assert_fails(ask_agent("ask hex=00000000 stall"), 1, "malformed");
}
END_TEST

START_TEST(lengths_that_lie_are_failures)
{
	assert_fails(ask_agent("ask hex=ffffffff stall"), 1, "malformed");
	world_deinit(&world);
	assert_fails(ask_agent("ask hex=40000000 stall"), 1, "malformed");
	world_deinit(&world);
	assert_fails(ask_agent("ask hex=000000010500 stall"), 1, "malformed");
}
END_TEST

START_TEST(two_replies_to_one_request_are_a_failure)
{
	assert_fails(ask_agent("ask twice stall"), 1, "malformed");
}
END_TEST

/* Or what it said would be the answer to the next request. */
START_TEST(an_agent_that_speaks_unasked_is_asked_on_another_connection)
{
	struct world_client *client = ask_agent("ask pieces hex=0000000105 stall");

	world_await_replies(&world, client, 1);
	while (world.sources.list[0]->state->open_count > 0)
		uv_run(&world.loop, UV_RUN_ONCE);
	client_ask_signature(client, 20);
	world_await_replies(&world, client, 2);
	ck_assert_int_eq(client_reply_type(client), SSH_AGENT_SIGN_RESPONSE);
}
END_TEST

START_TEST(an_agent_that_replies_before_it_has_read_serves_no_second_request)
{
	struct world_client *client;

	world_init(&world, "take=4 hex=0000000105 stall");
	client = world_add_client(&world);
	client_ask_signature(client, FRAME_BODY_MAX - 1000); /* more than a socket takes */
	world_await_replies(&world, client, 1);
	ck_assert(!client->has_ended);
	client_ask_list(client);
	assert_fails(client, 2, "the agent died, or closed the connection");
}
END_TEST

START_TEST(an_agent_that_closes_an_idle_connection_is_asked_on_another)
{
	struct world_client *client = ask_agent("ask echo close");

	for (unsigned i = 1; i <= 3; i++) {
		world_await_replies(&world, client, i);
		ck_assert_int_eq(client_reply_type(client), SSH_AGENT_SIGN_RESPONSE);
		while (world.sources.list[0]->state->open_count > 0)
			uv_run(&world.loop, UV_RUN_ONCE);
		client_ask_signature(client, i);
	}
	world_await_replies(&world, client, 4);
	ck_assert(!client->has_ended);
}
END_TEST

/* What the agent knew of the bindings is lost: the client must not go on as if it were not. */
START_TEST(an_agent_that_forgets_bindings_ends_the_connection)
{
	struct world_client *client;

	world_init(&world, "ask hex=0000000106 close");
	client = world_add_client(&world);
	client_ask_bind(client);
	world_await_end(&world, client);
	ck_assert_uint_eq(client->replies, 1);
	ck_assert_int_eq(client_reply_type(client), SSH_AGENT_SUCCESS);
}
END_TEST

START_TEST(an_agent_that_stalls_on_a_signature_is_given_up_after_sign_seconds)
{
	struct world_client *client;

	world_init(&world, "ask stall");
	world.limits.sign_seconds = 1;
	client = world_add_client(&world);
	client_ask_signature(client, 10);
	assert_fails(client, 1, "did not answer in time");
}
END_TEST

START_TEST(an_agent_that_stalls_on_anything_else_is_given_up_after_request_seconds)
{
	struct world_client *lister;
	struct world_client *signer;

	world_init(&world, "ask stall");
	world.limits.request_seconds = 1;
	lister = world_add_client(&world);
	signer = world_add_client(&world);
	client_ask_signature(signer, 10);
	client_ask_list(lister);
	world_await_end(&world, lister);
	ck_assert_int_eq(client_reply_type(lister), SSH_AGENT_FAILURE);
	ck_assert(!signer->has_ended); /* someone may be asked for a touch */
}
END_TEST

START_TEST(a_reply_that_stops_half_way_is_given_up)
{
	struct world_client *client;

	world_init(&world, "ask hex=000000ff0e stall");
	world.limits.sign_seconds = 1;
	client = world_add_client(&world);
	client_ask_signature(client, 10);
	assert_fails(client, 1, "did not answer in time");
}
END_TEST

START_TEST(a_request_begun_and_not_finished_ends_the_connection)
{
	struct world_client *client;

	world_init(&world, "ask echo again");
	world.limits.request_seconds = 1;
	client = world_add_client(&world);
	client_send(client, (struct byte_view){(const uint8_t *)"\0\0\0\x10\x0d", 5});
	world_await_end(&world, client);
	ck_assert_uint_eq(client->replies, 0);
	said_expect("not finished in time");
}
END_TEST

/* One byte now and then does not win more time. */
START_TEST(the_time_of_a_request_counts_from_its_first_byte)
{
	struct world_client *client;
	uint64_t begun;

	world_init(&world, "ask echo again");
	world.limits.request_seconds = 1;
	client = world_add_client(&world);
	begun = uv_hrtime();
	client_send(client, (struct byte_view){(const uint8_t *)"\0\0\x10\0", 4});
	while (!client->has_ended && uv_hrtime() - begun < UINT64_C(3000000000)) {
		world_pass(&world, 50);
		client_send(client, (struct byte_view){(const uint8_t *)"\x0d", 1});
	}
	ck_assert(client->has_ended);
	ck_assert_uint_lt(uv_hrtime() - begun, UINT64_C(2500000000));
}
END_TEST

START_TEST(an_idle_connection_is_never_cut)
{
	struct world_client *client;

	world_init(&world, "ask echo again");
	world.limits.request_seconds = 1;
	world.limits.sign_seconds = 1;
	client = world_add_client(&world);
	client->goes_on = true; /* looks for the next request, and finds none */
	client_ask_signature(client, 1);
	world_await_replies(&world, client, 1);
	world_pass(&world, 1300);
	client_ask_signature(client, 2);
	world_await_replies(&world, client, 2);
	ck_assert(!client->has_ended);
}
END_TEST

/* world_deinit asserts that the loop closes clean. */
START_TEST(a_relay_may_be_closed_in_any_state)
{
	world_init(&world, "ask stall");
	world_add_client(&world); /* idle, nothing ever asked */
	client_send(world_add_client(&world), (struct byte_view){(const uint8_t *)"\0", 1});
	client_ask_list(world_add_client(&world));
	world_turn(&world);
	world_turn(&world);
	client_ask_list(world_add_client(&world)); /* opening */
	ck_assert_uint_eq(world.context.busy_count, 2);
	for (size_t i = 0; i < world.client_count; i++)
		relay_close(world.clients[i].relay);
	ck_assert_uint_eq(world.context.busy_count, 0);
	for (size_t i = 0; i < world.client_count; i++) {
		relay_close(world.clients[i].relay); /* once more does no harm */
		world.clients[i].relay = NULL;
		ck_assert_uint_eq(world.clients[i].replies, 0);
		ck_assert(!world.clients[i].has_ended);
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("relay_faults");

	tcase_set_timeout(tests, 30);
	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, an_agent_that_closes_while_asked_is_a_failure);
	tcase_add_test(tests, an_agent_that_closes_in_the_midst_of_a_reply_is_a_failure);
	tcase_add_test(tests, an_agent_that_closes_without_reading_is_a_failure);
	tcase_add_test(tests, an_agent_that_is_not_there_is_a_failure);
	tcase_add_test(tests, an_agent_that_died_is_a_failure);
	tcase_add_test(tests, a_reply_over_the_cap_is_a_failure);
	tcase_add_test(tests, an_empty_reply_is_a_failure);
	tcase_add_test(tests, lengths_that_lie_are_failures);
	tcase_add_test(tests, two_replies_to_one_request_are_a_failure);
	tcase_add_test(tests, an_agent_that_speaks_unasked_is_asked_on_another_connection);
	tcase_add_test(tests, an_agent_that_replies_before_it_has_read_serves_no_second_request);
	tcase_add_test(tests, an_agent_that_closes_an_idle_connection_is_asked_on_another);
	tcase_add_test(tests, an_agent_that_forgets_bindings_ends_the_connection);
	tcase_add_test(tests, an_agent_that_stalls_on_a_signature_is_given_up_after_sign_seconds);
	tcase_add_test(tests,
		       an_agent_that_stalls_on_anything_else_is_given_up_after_request_seconds);
	tcase_add_test(tests, a_reply_that_stops_half_way_is_given_up);
	tcase_add_test(tests, a_request_begun_and_not_finished_ends_the_connection);
	tcase_add_test(tests, the_time_of_a_request_counts_from_its_first_byte);
	tcase_add_test(tests, an_idle_connection_is_never_cut);
	tcase_add_test(tests, a_relay_may_be_closed_in_any_state);
	return unit_main(tests, "relay_faults");
}
