/*
 * What a policy lets pass a relay, and what it lets be seen.
 */
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "agentd/confirm.h"
#include "common/agent_msg.h"
#include "common/frame.h"
#include "tests/support/relay_world.h"
#include "tests/support/said.h"
#include "tests/support/unit.h"

/* Of the one identity that the fake agent lists. */
#define LISTED_KEY "SHA256:MQAr1N3jc1yQaM8aNoFvszo1WpoCrpuoWURESVnZ9Ak"
#define OTHER_KEY "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"

static struct world world;
static struct trusted_hosts *trusted;

static void setup(void)
{
	said_begin();
	trusted = trusted_hosts_new();
	ck_assert_ptr_nonnull(trusted);
}

static void teardown(void)
{
	world_deinit(&world);
	trusted_hosts_free(trusted);
}

static struct world_client *client_with(const char *script, const char *name, const char *value)
{
	char reason[POLICY_REASON_MAX] = "";
	struct source *source;

	world_init(&world, script);
	source = world.sources.list[0];
	ck_assert_int_eq(policy_set(&source->policy, name, value, reason), 0);
	ck_assert_msg(rules_init(&source->rules, &source->policy, trusted, reason) == 0, "%s",
		      reason);
	return world_add_client(&world);
}

static uint32_t listed_count(const struct world_client *client)
{
	struct byte_view body = {client->last.data + FRAME_HEADER_LEN,
				 client->last.len - FRAME_HEADER_LEN};
	struct identity_list list;

	ck_assert_int_eq(agent_identities_start(body, &list), 0);
	return list.left;
}

START_TEST(keys_that_are_allowed_are_listed)
{
	struct world_client *client = client_with("ask list again", "only-keys", LISTED_KEY);

	client_ask_list(client);
	world_await_replies(&world, client, 1);
	ck_assert_uint_eq(listed_count(client), 1);
}
END_TEST

START_TEST(keys_that_are_not_allowed_are_not_listed)
{
	struct world_client *client = client_with("ask list again", "only-keys", OTHER_KEY);

	client_ask_list(client);
	world_await_replies(&world, client, 1);
	ck_assert_uint_eq(listed_count(client), 0);
	client_ask_list(client);
	world_await_replies(&world, client, 2);
	ck_assert_uint_eq(client->last.len, FRAME_HEADER_LEN + 1 + 4);
}
END_TEST

/* It cannot be told what is in it. */
START_TEST(a_list_that_is_malformed_is_not_shown)
{
	struct world_client *client = client_with("ask body=20 again", "only-keys", LISTED_KEY);

	client_ask_list(client);
	world_await_replies(&world, client, 1);
	ck_assert_int_eq(client_reply_type(client), SSH_AGENT_FAILURE);
	ck_assert(!client->has_ended);
}
END_TEST

START_TEST(a_signature_by_a_key_not_allowed_never_reaches_the_agent)
{
	/* The agent gives its one reply to the first that asks. */
	struct world_client *client = client_with("ask list", "only-keys", LISTED_KEY);

	client_ask_signature(client, 10);
	world_await_replies(&world, client, 1);
	ck_assert_int_eq(client_reply_type(client), SSH_AGENT_FAILURE);
	said_expect("refused kind=sign id=one ");
	said_expect("a key that is none of the id's (only-keys)");
	client_ask_list(client);
	world_await_replies(&world, client, 2);
	ck_assert_uint_eq(listed_count(client), 1);
}
END_TEST

START_TEST(the_log_says_why_a_login_is_refused)
{
	struct world_client *client = client_with("ask echo again", "host", "git.example.com:2222");

	client_ask_signature(client, 10);
	world_await_replies(&world, client, 1);
	ck_assert_int_eq(client_reply_type(client), SSH_AGENT_FAILURE);
	said_expect("the client does not prove which host it logs in to");
	said_expect("allowed: git.example.com:2222");
}
END_TEST

static void askpass_is(const char *script)
{
	char path[256];

	workspace_write("askpass", view_of(script));
	workspace_run("chmod 700 askpass; rm -f go");
	snprintf(path, sizeof(path), "%s/askpass", workspace_path);
	setenv("SSH_ASKPASS", path, 1);
}

/* The answer to whoever was asked may come late. */
START_TEST(a_token_that_ends_while_someone_is_asked_signs_nothing)
{
	static const char script[] = "#!/bin/sh\n"
				     "while [ ! -e go ]; do sleep 0.02; done\n";
	struct world_client *client;

	askpass_is(script);
	client = client_with("ask echo again", "confirm", "yes");
	client->grant.has_token = true;
	client_ask_signature(client, 10);
	ck_assert_uint_eq(client->replies, 0);
	ck_assert(LIST_FIRST(&world.context.records)->is_confirming);
	client->grant.token.expiry_s = (uint64_t)time(NULL);
	workspace_run("touch go");
	world_await_replies(&world, client, 1);
	ck_assert_int_eq(client_reply_type(client), SSH_AGENT_FAILURE);
	said_expect("the token has expired");
}
END_TEST

/* What the status tells of it: who waits for whom. */
START_TEST(a_request_that_is_confirmed_waits_for_the_agent_only)
{
	struct world_client *client;
	const struct record *record;

	askpass_is("#!/bin/sh\nexit 0\n");
	client = client_with("ask signal echo again", "confirm", "yes");
	client_ask_signature(client, 10);
	record = LIST_FIRST(&world.context.records);
	ck_assert(record->is_confirming);
	while (record->sent_ns == 0)
		uv_run(&world.loop, UV_RUN_ONCE);
	ck_assert(!record->is_confirming);
	kill(world.agent, SIGUSR1);
	world_await_replies(&world, client, 1);
	ck_assert_int_eq(client_reply_type(client), SSH_AGENT_SIGN_RESPONSE);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("relay_policy");

	tcase_set_timeout(tests, 30);
	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, keys_that_are_allowed_are_listed);
	tcase_add_test(tests, keys_that_are_not_allowed_are_not_listed);
	tcase_add_test(tests, a_list_that_is_malformed_is_not_shown);
	tcase_add_test(tests, a_signature_by_a_key_not_allowed_never_reaches_the_agent);
	tcase_add_test(tests, the_log_says_why_a_login_is_refused);
	tcase_add_test(tests, a_request_that_is_confirmed_waits_for_the_agent_only);
	tcase_add_test(tests, a_token_that_ends_while_someone_is_asked_signs_nothing);
	return unit_main(tests, "relay_policy");
}
