/*
 * No signature leaves a relay without its line in the audit log, where that is required.
 */
#include <signal.h>

#include "common/agent_msg.h"
#include "tests/support/full_log.h"
#include "tests/support/relay_world.h"
#include "tests/support/said.h"
#include "tests/support/unit.h"

static struct world world;
static struct audit audit;

static void await_lines(uint64_t count)
{
	while (audit.writer.written_count < count)
		uv_run(&world.loop, UV_RUN_ONCE);
}

static struct world_client *client_with(enum audit_mode mode)
{
	world_init(&world, "ask echo again");
	ck_assert_int_eq(audit_open(&audit, "audit.log", mode), 0);
	audit_start(&audit, &world.loop);
	world.context.audit = &audit;
	await_lines(1); /* that the daemon has started */
	return world_add_client(&world);
}

static void setup(void)
{
	signal(SIGXFSZ, SIG_IGN);
	said_begin();
	full_log_make();
}

static void teardown(void)
{
	full_log_limit(-1);
	audit_close(&audit);
	world_deinit(&world);
	audit_deinit(&audit);
}

/* How many signatures the log has. */
static void expect_signed_lines(unsigned count)
{
	workspace_run("test $(grep -c '\"verdict\": *\"signed\"' audit.log) = %u", count);
}

static void ask_for(struct world_client *client, int type)
{
	unsigned count = client->replies + 1;

	client_ask_signature(client, 10);
	world_await_replies(&world, client, count);
	ck_assert_int_eq(client_reply_type(client), type);
}

START_TEST(a_signature_leaves_with_its_line)
{
	struct world_client *client = client_with(AUDIT_REQUIRED);

	for (unsigned i = 1; i <= 3; i++) {
		ask_for(client, SSH_AGENT_SIGN_RESPONSE);
		expect_signed_lines(i);
		ck_assert_ptr_null(client->excuse);
	}
}
END_TEST

START_TEST(a_signature_whose_line_cannot_be_written_is_withheld)
{
	struct world_client *client = client_with(AUDIT_REQUIRED);

	full_log_limit(10);
	ask_for(client, SSH_AGENT_FAILURE);
	ck_assert_str_eq(client->excuse, "the audit log could not be written");
	said_expect("a signature was withheld: the audit log could not be written: File too large");
	expect_signed_lines(0);
	/* From then on nobody is asked. */
	ask_for(client, SSH_AGENT_FAILURE);
	ck_assert_str_eq(client->excuse, "the audit log cannot be written");
	full_log_limit(-1);
	full_log_await_recovery(&world.loop, &audit);
	ask_for(client, SSH_AGENT_SIGN_RESPONSE);
	expect_signed_lines(1);
}
END_TEST

START_TEST(a_client_that_left_leaves_the_line_of_what_it_asked_for)
{
	struct world_client *client = client_with(AUDIT_REQUIRED);

	client_ask_signature(client, 10);
	while (!audit.writer.is_working) /* until the agent has signed */
		uv_run(&world.loop, UV_RUN_ONCE);
	relay_close(client->relay);
	client->relay = NULL;
	await_lines(2);
	ck_assert_uint_eq(client->replies, 0);
	expect_signed_lines(1);
}
END_TEST

START_TEST(with_best_effort_signatures_leave_all_the_same)
{
	struct world_client *client = client_with(AUDIT_BEST_EFFORT);

	full_log_limit(10);
	ask_for(client, SSH_AGENT_SIGN_RESPONSE);
	ask_for(client, SSH_AGENT_SIGN_RESPONSE);
	expect_signed_lines(0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("relay_audit");

	tcase_set_timeout(tests, 30);
	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_signature_leaves_with_its_line);
	tcase_add_test(tests, a_signature_whose_line_cannot_be_written_is_withheld);
	tcase_add_test(tests, a_client_that_left_leaves_the_line_of_what_it_asked_for);
	tcase_add_test(tests, with_best_effort_signatures_leave_all_the_same);
	return unit_main(tests, "relay_audit");
}
