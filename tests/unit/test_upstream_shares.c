/*
 * What builds have of the connections to a source: none keeps all, whatever it does with them.
 */
#include <signal.h>
#include <stdlib.h>

#include "common/agent_msg.h"
#include "tests/support/relay_world.h"
#include "tests/support/said.h"
#include "tests/support/unit.h"

enum { PATIENCE_MS = 200, LIBUV_THREADS = 4 };

static struct world world;
static struct audit audit;
static uv_work_t works[LIBUV_THREADS];
static uv_sem_t may_go_on;

static void setup(void)
{
	said_begin();
	unlink("audit.log");
	ck_assert_int_eq(uv_sem_init(&may_go_on, 0), 0);
}

static void teardown(void)
{
	audit_close(&audit);
	world_deinit(&world);
	audit_deinit(&audit);
	uv_sem_destroy(&may_go_on);
}

static void begin(const char *script, unsigned connections)
{
	world_init(&world, script);
	world.pool.patience_ms = PATIENCE_MS;
	world.limits.upstream_per_id = connections;
}

/* A client with a connection that is bound and idle. */
static struct world_client *add_bound_client_of(const char *address)
{
	struct world_client *client = world_add_client_of(&world, address);

	client_ask_bind_login(client);
	world_await_replies(&world, client, 1);
	return client;
}

START_TEST(a_build_that_binds_all_there_are_has_to_share_them)
{
	struct world_client *greedy[5];
	struct world_client *modest[4];

	begin("ask hex=0000000106 again", 4);
	for (int i = 0; i < 4; i++)
		greedy[i] = add_bound_client_of("10.0.0.1");
	/* Who waits before the other does is no better off. */
	greedy[4] = world_add_client_of(&world, "10.0.0.1");
	client_ask_bind(greedy[4]);
	client_ask_list(greedy[0]); /* used last */
	world_await_replies(&world, greedy[0], 2);
	for (int i = 0; i < 2; i++) {
		modest[i] = world_add_client_of(&world, "10.0.0.2");
		client_ask_bind(modest[i]);
		world_await_replies(&world, modest[i], 1);
		ck_assert_uint_eq(world_source(&world)->state->open_count, 4);
	}
	ck_assert(!greedy[0]->has_ended && greedy[1]->has_ended && greedy[2]->has_ended &&
		  !greedy[3]->has_ended);
	ck_assert_uint_eq(greedy[1]->replies, 1); /* nothing was in flight, and nothing failed */
	said_expect("peer=10.0.0.1:1000 token=-: agent connection ended: it was unused");
	for (int i = 2; i < 4; i++) { /* half of them is a fair share */
		modest[i] = world_add_client_of(&world, "10.0.0.2");
		client_ask_bind(modest[i]);
	}
	world_pass(&world, 3 * PATIENCE_MS);
	ck_assert_uint_eq(modest[2]->replies + modest[3]->replies + greedy[4]->replies, 0);
	ck_assert(!greedy[0]->has_ended && !greedy[3]->has_ended);
}
END_TEST

START_TEST(a_bound_connection_is_left_alone_before_patience_is_over)
{
	struct world_client *modest;

	begin("ask hex=0000000106 again", 1);
	add_bound_client_of("10.0.0.1");
	modest = world_add_client_of(&world, "10.0.0.2");
	client_ask_list(modest);
	world_pass(&world, PATIENCE_MS / 2);
	ck_assert(!world.clients[0].has_ended);
	world_await_replies(&world, modest, 1);
	ck_assert(world.clients[0].has_ended);
}
END_TEST

START_TEST(a_request_in_flight_is_answered_whoever_waits)
{
	struct world_client *greedy;
	struct world_client *modest;

	begin("ask hex=0000000106 ask signal hex=0000000106", 1);
	greedy = add_bound_client_of("10.0.0.1");
	client_ask_list(greedy);
	client_ask_list(greedy); /* it would go on and on */
	greedy->goes_on = true;
	modest = world_add_client_of(&world, "10.0.0.2");
	client_ask_list(modest);
	world_pass(&world, 3 * PATIENCE_MS);
	ck_assert(!greedy->has_ended);
	ck_assert_uint_eq(modest->replies, 0);
	kill(world.agent, SIGUSR1);
	world_await_end(&world, greedy);
	ck_assert_uint_eq(greedy->replies, 2);
	ck_assert_int_eq(client_reply_type(greedy), SSH_AGENT_SUCCESS);
	said_expect("other builds that have fewer connections to the agent wait");
	world_await_replies(&world, modest, 1);
}
END_TEST

/* With one connection, and an audit log without which nothing is signed. */
static void begin_with_audit(void)
{
	begin("ask hex=0000000106 ask echo again", 1);
	ck_assert_int_eq(audit_open(&audit, "audit.log", AUDIT_REQUIRED), 0);
	audit_start(&audit, &world.loop);
	world.context.audit = &audit;
}

static void on_work(uv_work_t *work)
{
	(void)work;
	uv_sem_wait(&may_go_on);
}

/* From now on, what is put in the audit log is not written. */
static void stop_audit(void)
{
	while (audit.writer.is_working)
		world_turn(&world);
	for (int i = 0; i < LIBUV_THREADS; i++)
		ck_assert_int_eq(uv_queue_work(&world.loop, &works[i], on_work, NULL), 0);
}

static void resume_audit(void)
{
	for (int i = 0; i < LIBUV_THREADS; i++)
		uv_sem_post(&may_go_on);
}

/* It is signed, and the signature is held back: nothing goes out, though nothing is asked upstream. */
static void await_held(const struct world_client *client)
{
	for (int i = 0; i < 500 && !said_has("test: signed id=one "); i++)
		world_pass(&world, 10);
	said_expect("test: signed id=one ");
	ck_assert(relay_is_busy(client->relay));
}

/* Of a build that has all connections, and bindings on them. */
static struct world_client *add_held_client(void)
{
	struct world_client *greedy;

	begin_with_audit();
	greedy = add_bound_client_of("10.0.0.1");
	stop_audit();
	client_ask_signature(greedy, 10);
	await_held(greedy);
	return greedy;
}

START_TEST(a_held_reply_is_delivered_and_its_connection_given_up)
{
	struct world_client *greedy;
	struct world_client *modest;

	greedy = add_held_client();
	modest = world_add_client_of(&world, "10.0.0.2");
	client_ask_list(modest);
	world_pass(&world, 3 * PATIENCE_MS);
	ck_assert(!greedy->has_ended); /* a signature was made, and is on its way */
	ck_assert_uint_eq(modest->replies, 0);
	resume_audit();
	world_await_end(&world, greedy);
	ck_assert_uint_eq(greedy->replies, 2);
	ck_assert_int_eq(client_reply_type(greedy), SSH_AGENT_SIGN_RESPONSE);
	world_await_replies(&world, modest, 1);
	ck_assert_uint_eq(world_source(&world)->state->open_count, 1);
}
END_TEST

START_TEST(the_connection_of_a_held_reply_goes_on_at_once_where_nothing_is_bound)
{
	struct world_client *held;
	struct world_client *modest;

	begin_with_audit();
	held = world_add_client_of(&world, "10.0.0.1");
	client_ask_list(held);
	world_await_replies(&world, held, 1);
	stop_audit();
	client_ask_signature(held, 10);
	await_held(held);
	modest = world_add_client_of(&world, "10.0.0.2");
	client_ask_list(modest);
	world_await_replies(&world, modest, 1);
	ck_assert_uint_eq(held->replies, 1);
	resume_audit();
	world_await_replies(&world, held, 2);
	ck_assert_int_eq(client_reply_type(held), SSH_AGENT_SIGN_RESPONSE);
	ck_assert(!held->has_ended);
}
END_TEST

START_TEST(who_leaves_while_its_reply_is_held_leaves_its_connection)
{
	struct world_client *greedy;
	struct world_client *modest;

	greedy = add_held_client();
	modest = world_add_client_of(&world, "10.0.0.2");
	client_ask_list(modest);
	relay_close(greedy->relay);
	greedy->relay = NULL;
	world_await_replies(&world, modest, 1);
	ck_assert_uint_eq(world_source(&world)->state->open_count, 1);
	resume_audit();
}
END_TEST

/* Whose signatures wait to be confirmed has requests in flight, and the agent has none. */
START_TEST(a_build_that_asks_for_confirmations_on_and_on_has_to_share)
{
	char reason[POLICY_REASON_MAX] = "";
	struct world_client *greedy;
	struct world_client *modest;

	workspace_write("askpass", view_of("#!/bin/sh\nsleep 0.3\nexit 1\n"));
	workspace_run("chmod 700 askpass");
	setenv("SSH_ASKPASS", "./askpass", 1);
	begin("ask hex=0000000106 again", 1);
	ck_assert_int_eq(policy_set(&world_source(&world)->policy, "confirm", "yes", reason), 0);
	greedy = add_bound_client_of("10.0.0.1");
	client_ask_signature(greedy, 10);
	client_ask_signature(greedy, 10);
	client_ask_signature(greedy, 10);
	greedy->goes_on = true;
	modest = world_add_client_of(&world, "10.0.0.2");
	client_ask_list(modest);
	world_await_end(&world, greedy);
	ck_assert_uint_eq(greedy->replies, 2);
	ck_assert_int_eq(client_reply_type(greedy), SSH_AGENT_FAILURE);
	said_expect("whoever was asked to confirm it said no");
	world_await_replies(&world, modest, 1);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("upstream_shares");

	tcase_set_timeout(tests, 30);
	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_build_that_binds_all_there_are_has_to_share_them);
	tcase_add_test(tests, a_bound_connection_is_left_alone_before_patience_is_over);
	tcase_add_test(tests, a_request_in_flight_is_answered_whoever_waits);
	tcase_add_test(tests, a_held_reply_is_delivered_and_its_connection_given_up);
	tcase_add_test(tests,
		       the_connection_of_a_held_reply_goes_on_at_once_where_nothing_is_bound);
	tcase_add_test(tests, who_leaves_while_its_reply_is_held_leaves_its_connection);
	tcase_add_test(tests, a_build_that_asks_for_confirmations_on_and_on_has_to_share);
	return unit_main(tests, "upstream_shares");
}
