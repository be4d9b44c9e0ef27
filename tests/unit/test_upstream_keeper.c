/*
 * Connections to a keeper: their pipes go from one to the next, and requests go to it by turns.
 */
#include "agentd/upstream.h"

#include <sys/socket.h>

#include "agentd/identity_query.h"
#include "agentd/keeper/control.h"
#include "agentd/keeper_watch.h"
#include "common/agent_msg.h"
#include "tests/support/relay_world.h"
#include "tests/support/said.h"
#include "tests/support/unit.h"

enum { GREEDY = 6 };

static struct world world;

static void setup(void)
{
	said_begin();
}

static void teardown(void)
{
	world_deinit(&world);
}

START_TEST(without_a_keeper_its_ids_fail)
{
	world_init(&world, NULL);
	world_source(&world)->kind = SOURCE_KEYS;
	client_ask_list(world_add_client(&world));
	ck_assert_uint_eq(world.clients[0].replies, 0); /* never from within */
	world_await_end(&world, &world.clients[0]);
	ck_assert_int_eq(client_reply_type(&world.clients[0]), SSH_AGENT_FAILURE);
	said_expect("the keeper has died");
}
END_TEST

/* A keeper that the test plays itself: what it has been handed, and its watch. */
static struct keeper_watch keeper;
static int keeper_end;

static void world_init_with_keeper(unsigned connections)
{
	int ends[2];

	world_init(&world, NULL);
	world.limits.upstream_per_id = connections;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	keeper = (struct keeper_watch){.control_fd = ends[0], .user_count = 2};
	request_turns_init(&keeper.turns, 2);
	keeper_end = ends[1];
	world_source(&world)->kind = SOURCE_KEYS;
	world_source(&world)->state->keeper = &keeper;
}

static void forget_keeper(void)
{
	world_source(&world)->state->keeper = NULL;
	world_source(&world)->kind = SOURCE_AGENT;
	close(keeper.control_fd);
	close(keeper_end);
}

/* The connection it was handed; -1 if it was not. */
static int keeper_take(void)
{
	struct control_message message;

	world_turn(&world);
	if (control_receive(keeper_end, &message) != 0)
		return -1;
	ck_assert_int_eq(message.verb, CONTROL_SERVE);
	return message.fd;
}

static void keeper_answer(int fd, const uint8_t *reply, size_t len)
{
	uint8_t request[4096];

	for (int i = 0; i < 3; i++)
		world_turn(&world);
	ck_assert_int_gt(recv(fd, request, sizeof(request), MSG_DONTWAIT), 0);
	ck_assert_int_eq(send(fd, reply, len, MSG_NOSIGNAL), (ssize_t)len);
}

static void keeper_answer_list(int fd)
{
	static const uint8_t reply[] = {0, 0, 0, 5, SSH_AGENT_IDENTITIES_ANSWER, 0, 0, 0, 0};

	keeper_answer(fd, reply, sizeof(reply));
}

/* A client with a connection that is open and idle, of the build at that address. */
static struct world_client *add_idle_client_of(const char *address, int *fd)
{
	struct world_client *client = world_add_client_of(&world, address);

	client_ask_list(client);
	*fd = keeper_take();
	keeper_answer_list(*fd);
	world_await_replies(&world, client, 1);
	return client;
}

/* How many of these connections have brought the keeper a request that it has not read. */
static int count_asked(const int *fds, int count)
{
	int asked = 0;
	uint8_t byte;

	for (int i = 0; i < 3; i++)
		world_turn(&world);
	for (int i = 0; i < count; i++)
		asked += recv(fds[i], &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 1;
	return asked;
}

static struct world_client *greedy[GREEDY];
static int greedy_fds[GREEDY];
static struct world_client *modest;
static int modest_fd;

/* Builds compete, however slow this machine is. */
static void go_on_competing(void)
{
	keeper.turns.compete_until_ms = UINT64_MAX;
}

/* All of the greedy build ask at once, while there is another that asked before. */
static void begin_to_compete_for(unsigned request_seconds)
{
	world_init_with_keeper(GREEDY + 2);
	world.limits.request_seconds = request_seconds;
	for (int i = 0; i < GREEDY; i++)
		greedy[i] = add_idle_client_of("10.0.0.1", &greedy_fds[i]);
	modest = add_idle_client_of("10.0.0.2", &modest_fd);
	keeper.turns.last_ms = uv_now(&world.loop);
	for (int i = 0; i < GREEDY; i++)
		client_ask_list(greedy[i]);
	go_on_competing();
}

static void begin_to_compete(void)
{
	begin_to_compete_for(limits_default.request_seconds);
}

static void end_to_compete(void)
{
	forget_keeper();
	for (int i = 0; i < GREEDY; i++)
		close(greedy_fds[i]);
	close(modest_fd);
}

START_TEST(who_waits_for_the_keeper_goes_on_with_the_connection_that_is_free)
{
	int fd;

	world_init_with_keeper(1);
	client_ask_list(world_add_client(&world));
	client_ask_list(world_add_client(&world));
	fd = keeper_take();
	keeper_answer_list(fd);
	world_await_replies(&world, &world.clients[0], 1);
	keeper_answer_list(fd);
	world_await_replies(&world, &world.clients[1], 1);
	ck_assert_int_eq(client_reply_type(&world.clients[1]), SSH_AGENT_IDENTITIES_ANSWER);
	ck_assert_int_eq(keeper_take(), -1);
	forget_keeper();
	close(fd);
}
END_TEST

START_TEST(a_connection_that_broke_goes_to_nobody)
{
	static const uint8_t success[] = {0, 0, 0, 1, SSH_AGENT_SUCCESS};
	int fd;

	world_init_with_keeper(1);
	client_ask_bind(world_add_client(&world)); /* keeps it, then */
	fd = keeper_take();
	keeper_answer(fd, success, sizeof(success));
	world_await_replies(&world, &world.clients[0], 1);
	client_ask_list(world_add_client(&world));
	ck_assert_int_eq(keeper_take(), -1);
	close(fd);
	world_await_end(&world, &world.clients[0]);
	fd = keeper_take();
	ck_assert_int_ge(fd, 0);
	keeper_answer_list(fd);
	world_await_replies(&world, &world.clients[1], 1);
	ck_assert_int_eq(client_reply_type(&world.clients[1]), SSH_AGENT_IDENTITIES_ANSWER);
	forget_keeper();
	close(fd);
}
END_TEST

START_TEST(a_build_alone_asks_all_at_once)
{
	world_init_with_keeper(GREEDY);
	for (int i = 0; i < GREEDY; i++)
		greedy[i] = add_idle_client_of("10.0.0.1", &greedy_fds[i]);
	for (int i = 0; i < GREEDY; i++)
		client_ask_list(greedy[i]);
	ck_assert_int_eq(count_asked(greedy_fds, GREEDY), GREEDY);
	modest_fd = -1;
	end_to_compete();
}
END_TEST

START_TEST(of_builds_that_compete_none_has_many_requests_at_the_keeper)
{
	begin_to_compete();
	ck_assert_int_eq(count_asked(greedy_fds, GREEDY), 2);
	client_ask_list(modest); /* it waits for none of theirs to be answered */
	go_on_competing();
	ck_assert_int_eq(count_asked(&modest_fd, 1), 1);
	keeper_answer_list(modest_fd);
	world_await_replies(&world, modest, 2);
	for (int i = 0; i < GREEDY; i++) { /* first come first served */
		int left = GREEDY - i;

		ck_assert_int_eq(count_asked(&greedy_fds[i], left), left < 2 ? left : 2);
		keeper_answer_list(greedy_fds[i]);
		world_await_replies(&world, greedy[i], 2);
	}
	end_to_compete();
}
END_TEST

/* What it would sign nobody waits for. */
START_TEST(connections_that_end_together_send_nothing_more)
{
	begin_to_compete();
	ck_assert_int_eq(count_asked(greedy_fds, GREEDY), 2);
	for (int i = 0; i < GREEDY; i++) {
		relay_close(greedy[i]->relay);
		greedy[i]->relay = NULL;
	}
	ck_assert_int_eq(count_asked(greedy_fds, GREEDY), 2);
	end_to_compete();
}
END_TEST

/* The id that clients come for is another one of the same keeper. */
static struct source *become_another_id(void)
{
	struct source *first = world_source(&world);

	ck_assert_int_eq(source_add_agent(&world.sources, "two=agent.sock"), 0);
	world.sources.list[0] = world.sources.list[1];
	world.sources.list[1] = first;
	world_source(&world)->kind = SOURCE_KEYS;
	world_source(&world)->state->keeper = &keeper;
	return first;
}

START_TEST(builds_compete_for_a_keeper_whatever_the_id)
{
	struct source *first;

	world_init_with_keeper(GREEDY + 1);
	modest = add_idle_client_of("10.0.0.2", &modest_fd);
	first = become_another_id();
	for (int i = 0; i < GREEDY; i++)
		greedy[i] = add_idle_client_of("10.0.0.1", &greedy_fds[i]);
	for (int i = 0; i < GREEDY; i++)
		client_ask_list(greedy[i]);
	ck_assert_int_eq(count_asked(greedy_fds, GREEDY), 2);
	first->state->keeper = NULL;
	first->kind = SOURCE_AGENT;
	end_to_compete();
}
END_TEST

static void on_query_done(struct identity_query *query)
{
	(void)query;
}

START_TEST(who_looks_at_the_status_competes_with_no_build)
{
	struct identity_query query;

	world_init_with_keeper(GREEDY + 1);
	for (int i = 0; i < GREEDY; i++)
		greedy[i] = add_idle_client_of("10.0.0.1", &greedy_fds[i]);
	query = (struct identity_query){.source = world_source(&world), .on_done = on_query_done};
	ck_assert_int_eq(identity_query_begin(&query, &world.pool), 0);
	modest_fd = keeper_take();
	keeper_answer_list(modest_fd);
	for (int i = 0; i < 3; i++)
		world_turn(&world);
	ck_assert_ptr_null(query.fault);
	identity_query_end(&query);
	for (int i = 0; i < GREEDY; i++)
		client_ask_list(greedy[i]);
	ck_assert_int_eq(count_asked(greedy_fds, GREEDY), GREEDY);
	end_to_compete();
}
END_TEST

/* On a connection that it has, or one that it has just got. */
START_TEST(a_turn_is_waited_for_no_longer_than_an_answer)
{
	struct world_client *late;
	int late_fd;

	begin_to_compete_for(1);
	late = world_add_client_of(&world, "10.0.0.1");
	client_ask_list(late);
	late_fd = keeper_take();
	go_on_competing();
	ck_assert_int_eq(count_asked(&late_fd, 1), 0);
	world_await_end(&world, greedy[GREEDY - 1]);
	world_await_end(&world, late);
	ck_assert_str_eq(greedy[GREEDY - 1]->excuse,
			 "it did not come to its turn at the agent in time");
	ck_assert_str_eq(late->excuse, "it did not come to its turn at the agent in time");
	end_to_compete();
	close(late_fd);
}
END_TEST

START_TEST(who_awaits_a_turn_may_leave)
{
	begin_to_compete();
	ck_assert_int_eq(count_asked(greedy_fds, GREEDY), 2);
	for (int i = 1; i < GREEDY - 1;
	     i++) { /* one whose request is out, and all but the last who wait */
		relay_close(greedy[i]->relay);
		greedy[i]->relay = NULL;
	}
	ck_assert_int_eq(count_asked(&greedy_fds[GREEDY - 1], 1), 1);
	keeper_answer_list(greedy_fds[GREEDY - 1]);
	world_await_replies(&world, greedy[GREEDY - 1], 2);
	keeper_answer_list(greedy_fds[0]);
	world_await_replies(&world, greedy[0], 2);
	end_to_compete();
}
END_TEST

START_TEST(where_the_keeper_dies_those_that_await_a_turn_fail_too)
{
	begin_to_compete();
	ck_assert_int_eq(count_asked(greedy_fds, GREEDY), 2);
	for (int i = 0; i < GREEDY; i++)
		shutdown(greedy_fds[i], SHUT_RDWR);
	for (int i = 0; i < GREEDY; i++) {
		world_await_end(&world, greedy[i]);
		ck_assert_int_eq(client_reply_type(greedy[i]), SSH_AGENT_FAILURE);
	}
	end_to_compete();
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("upstream_keeper");

	tcase_set_timeout(tests, 30);
	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, without_a_keeper_its_ids_fail);
	tcase_add_test(tests, who_waits_for_the_keeper_goes_on_with_the_connection_that_is_free);
	tcase_add_test(tests, a_connection_that_broke_goes_to_nobody);
	tcase_add_test(tests, a_build_alone_asks_all_at_once);
	tcase_add_test(tests, of_builds_that_compete_none_has_many_requests_at_the_keeper);
	tcase_add_test(tests, connections_that_end_together_send_nothing_more);
	tcase_add_test(tests, builds_compete_for_a_keeper_whatever_the_id);
	tcase_add_test(tests, who_looks_at_the_status_competes_with_no_build);
	tcase_add_test(tests, a_turn_is_waited_for_no_longer_than_an_answer);
	tcase_add_test(tests, who_awaits_a_turn_may_leave);
	tcase_add_test(tests, where_the_keeper_dies_those_that_await_a_turn_fail_too);
	return unit_main(tests, "upstream_keeper");
}
