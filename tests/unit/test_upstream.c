/*
 * Connections to a source: who gets one, who waits, and who gives one back.
 */
#include "agentd/upstream.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "common/agent_msg.h"
#include "tests/support/fake_agent.h"
#include "tests/support/relay_world.h"
#include "tests/support/said.h"
#include "tests/support/unit.h"

enum { PATIENCE_MS = 200 };

static struct world world;

static void setup(void)
{
	said_begin();
}

static void teardown(void)
{
	world_deinit(&world);
}

/* Clients one to count, each with an agent connection that is open and idle. */
static void add_idle_clients(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct world_client *client = world_add_client(&world);

		client_ask_list(client);
		world_await_replies(&world, client, 1);
	}
}

START_TEST(no_more_connections_than_the_limit_and_all_are_served)
{
	world_init(&world, "ask echo again");
	world.limits.upstream_per_id = 2;
	for (int i = 0; i < 10; i++)
		client_ask_signature(world_add_client(&world), (size_t)i);
	ck_assert_uint_eq(world_source(&world)->state->open_count, 2);
	for (int i = 0; i < 10; i++) {
		world_await_replies(&world, &world.clients[i], 1);
		ck_assert_int_eq(client_reply_type(&world.clients[i]), SSH_AGENT_SIGN_RESPONSE);
		ck_assert_uint_le(world_source(&world)->state->open_count, 2);
	}
	for (int i = 0; i < 10; i++) { /* and each once more */
		client_ask_signature(&world.clients[i], (size_t)i);
		world_await_replies(&world, &world.clients[i], 2);
	}
}
END_TEST

START_TEST(an_idle_connection_is_taken_back_for_one_who_waits)
{
	world_init(&world, "ask echo again");
	world.limits.upstream_per_id = 2;
	add_idle_clients(3);
	ck_assert_uint_eq(world_source(&world)->state->open_count, 2);
	client_ask_list(&world.clients[0]); /* who lost his gets another */
	world_await_replies(&world, &world.clients[0], 2);
	ck_assert_uint_eq(world_source(&world)->state->open_count, 2);
}
END_TEST

START_TEST(a_connection_that_becomes_idle_is_taken_back_for_one_who_waits)
{
	world_init(&world, "ask pieces again");
	world.limits.upstream_per_id = 1;
	client_ask_signature(world_add_client(&world), 10);
	while (!relay_is_busy(world.clients[0].relay))
		world_turn(&world);
	client_ask_signature(world_add_client(&world), 10); /* while the first is at it */
	world_await_replies(&world, &world.clients[0], 1);
	world_await_replies(&world, &world.clients[1], 1);
	ck_assert(!world.clients[0].has_ended);
}
END_TEST

/* Whoever asks without a pause gets no more than his turn. */
START_TEST(one_who_asks_on_and_on_does_not_keep_others_waiting)
{
	struct world_client *greedy;
	struct world_client *modest;

	world_init(&world, "ask echo again");
	world.limits.upstream_per_id = 1;
	greedy = world_add_client(&world);
	modest = world_add_client(&world);
	greedy->goes_on = true;
	for (int i = 0; i < 100; i++)
		client_ask_signature(greedy, 10);
	client_ask_signature(modest, 10);
	world_await_replies(&world, modest, 1);
	ck_assert_uint_lt(greedy->replies, 10);
	world_await_replies(&world, greedy, 100);
}
END_TEST

START_TEST(a_connection_with_a_binding_is_never_taken_back_for_the_same_build)
{
	struct world_client *waiter;

	world_init(&world, "ask hex=0000000106 again");
	world.pool.patience_ms = PATIENCE_MS;
	world.limits.upstream_per_id = 1;
	client_ask_bind(world_add_client(&world));
	world_await_replies(&world, &world.clients[0], 1);
	waiter = world_add_client(&world);
	client_ask_list(waiter);
	world_pass(&world, 3 * PATIENCE_MS);
	ck_assert_uint_eq(waiter->replies, 0);
	client_ask_list(&world.clients[0]); /* the binding holds for this one still */
	world_await_replies(&world, &world.clients[0], 2);
	ck_assert_uint_eq(waiter->replies, 0);
	relay_close(world.clients[0].relay);
	world.clients[0].relay = NULL;
	world_await_replies(&world, waiter, 1);
}
END_TEST

START_TEST(who_waits_may_leave)
{
	world_init(&world, "ask echo stall");
	world.limits.upstream_per_id = 1;
	client_ask_bind(world_add_client(&world));
	world_await_replies(&world, &world.clients[0], 1);
	client_ask_list(world_add_client(&world));
	client_ask_list(world_add_client(&world));
	relay_close(world.clients[1].relay);
	world.clients[1].relay = NULL;
	relay_close(world.clients[0].relay);
	world.clients[0].relay = NULL;
	world_await_replies(&world, &world.clients[2], 1);
}
END_TEST

START_TEST(a_failure_lets_the_next_one_in)
{
	world_init(&world, "ask close");
	world.limits.upstream_per_id = 1;
	for (int i = 0; i < 5; i++)
		client_ask_list(world_add_client(&world));
	for (int i = 0; i < 5; i++) {
		world_await_end(&world, &world.clients[i]);
		ck_assert_int_eq(client_reply_type(&world.clients[i]), SSH_AGENT_FAILURE);
	}
}
END_TEST

/* Connects until the agent's backlog is full; returns how many that took. */
static size_t fill_backlog(int fds[], size_t max)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "agent.sock"};
	size_t count = 0;

	while (count < max) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

		ck_assert_int_ge(fd, 0);
		fds[count++] = fd;
		if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
			return count;
	}
	ck_abort_msg("the backlog never fills");
	return 0;
}

/* An agent that listens, with a short backlog, and has not yet accepted anybody. */
static int listen_without_accepting(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "agent.sock"};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	return fd;
}

START_TEST(an_agent_with_a_full_backlog_is_asked_again)
{
	int fds[16];
	int listen_fd;
	size_t count;
	uint8_t request[5];

	world_init(&world, NULL);
	listen_fd = listen_without_accepting();
	count = fill_backlog(fds, 16);
	client_ask_list(world_add_client(&world));
	world_pass(&world, 50);
	ck_assert_uint_eq(world.clients[0].replies, 0);
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
	for (size_t i = 0; i + 1 < count; i++)
		close(accept(listen_fd, NULL, NULL));
	world_pass(&world, 50);
	fds[0] = accept(listen_fd, NULL, NULL);
	ck_assert_int_eq(read(fds[0], request, sizeof(request)), sizeof(request));
	ck_assert_int_eq(write(fds[0], "\0\0\0\1\6", 5), 5);
	world_await_replies(&world, &world.clients[0], 1);
	close(fds[0]);
	close(listen_fd);
}
END_TEST

START_TEST(an_agent_that_never_accepts_is_given_up_after_request_seconds)
{
	int fds[16];
	int listen_fd;
	size_t count;

	world_init(&world, NULL);
	world.limits.request_seconds = 1;
	listen_fd = listen_without_accepting();
	count = fill_backlog(fds, 16);
	client_ask_signature(world_add_client(&world), 10);
	world_await_end(&world, &world.clients[0]);
	ck_assert_int_eq(client_reply_type(&world.clients[0]), SSH_AGENT_FAILURE);
	said_expect("could not be reached in time");
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
	close(listen_fd);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("upstream");

	tcase_set_timeout(tests, 30);
	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, no_more_connections_than_the_limit_and_all_are_served);
	tcase_add_test(tests, an_idle_connection_is_taken_back_for_one_who_waits);
	tcase_add_test(tests, a_connection_that_becomes_idle_is_taken_back_for_one_who_waits);
	tcase_add_test(tests, one_who_asks_on_and_on_does_not_keep_others_waiting);
	tcase_add_test(tests, a_connection_with_a_binding_is_never_taken_back_for_the_same_build);
	tcase_add_test(tests, who_waits_may_leave);
	tcase_add_test(tests, a_failure_lets_the_next_one_in);
	tcase_add_test(tests, an_agent_with_a_full_backlog_is_asked_again);
	tcase_add_test(tests, an_agent_that_never_accepts_is_given_up_after_request_seconds);
	return unit_main(tests, "upstream");
}
