/*
 * The policies of all sources: each mistake is told, with its place, and what is right is ready all the same.
 */
#include "agentd/source_rules.h"

#include <errno.h>

#include "tests/support/said.h"
#include "tests/support/unit.h"

static struct source_set sources;
static struct trusted_hosts *trusted;

/* A source whose section begins on this line; 0: it has none. */
static struct source *add_source(const char *id, unsigned line)
{
	struct source *source = source_set_add(&sources, id);

	ck_assert_ptr_nonnull(source);
	source->config_line = line;
	return source;
}

static void allow(struct source *source, const char *name, const char *value)
{
	char reason[POLICY_REASON_MAX];

	ck_assert_int_eq(policy_set(&source->policy, name, value, reason), 0);
}

static void setup(void)
{
	static char path[] = "known_hosts";
	char *const paths[] = {path};

	said_begin();
	setenv("SSH_ASKPASS", "/bin/true", 1);
	workspace_write(
		"known_hosts",
		view_of("known.example.com ssh-ed25519 "
			"AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g\n"));
	trusted = trusted_hosts_new();
	ck_assert_ptr_nonnull(trusted);
	ck_assert_int_eq(trusted_hosts_set_files(trusted, paths, 1), 0);
}

static void teardown(void)
{
	source_set_deinit(&sources);
	trusted_hosts_free(trusted);
}

START_TEST(each_source_has_the_rules_of_its_policy)
{
	struct source *one = add_source("one", 1);
	struct source *two = add_source("two", 3);

	allow(one, "host", "known.example.com");
	allow(two, "host", "known.example.com:2222, other.example.com");
	ck_assert(!rules_are_ready(&one->rules) && !rules_are_ready(&two->rules));
	ck_assert_int_eq(source_set_make_rules(&sources, trusted, "agentd.conf"), 0);
	ck_assert(rules_are_ready(&one->rules) && rules_are_ready(&two->rules));
	ck_assert_uint_eq(one->rules.host_count, 1);
	ck_assert_uint_eq(two->rules.host_count, 2);
	said_expect("id=two host=other.example.com: no known_hosts file has a key of it");
	ck_assert(!said_has("id=one"));
	/* Once more, as when the configuration is read again. */
	ck_assert_int_eq(source_set_make_rules(&sources, trusted, "agentd.conf"), 0);
	ck_assert(rules_are_ready(&one->rules) && rules_are_ready(&two->rules));
}
END_TEST

START_TEST(each_mistake_is_told_with_its_line_and_others_are_made)
{
	struct source *first = add_source("first", 4);
	struct source *good = add_source("good", 9);
	struct source *second = add_source("second", 12);

	allow(first, "only-keys", "missing.pub");
	allow(good, "host", "known.example.com");
	allow(second, "only-keys", "missing-too.pub");
	ck_assert_int_eq(source_set_make_rules(&sources, trusted, "agentd.conf"), -EINVAL);
	said_expect("agentd.conf:4: id \"first\": only-keys: ");
	said_expect("agentd.conf:12: id \"second\": only-keys: ");
	ck_assert(!rules_are_ready(&first->rules) && !rules_are_ready(&second->rules));
	ck_assert(rules_are_ready(&good->rules));
}
END_TEST

START_TEST(a_mistake_before_what_is_right_is_a_mistake)
{
	allow(add_source("first", 4), "only-keys", "missing.pub");
	add_source("second", 5);
	ck_assert_int_eq(source_set_make_rules(&sources, trusted, "agentd.conf"), -EINVAL);
}
END_TEST

/* As of an id of the command line, or where there is no file. */
START_TEST(a_mistake_that_has_no_line_is_told_without)
{
	allow(add_source("one", 0), "only-keys", "missing.pub");
	ck_assert_int_eq(source_set_make_rules(&sources, trusted, "agentd.conf"), -EINVAL);
	said_expect(": id \"one\": only-keys: ");
	ck_assert(!said_has("agentd.conf"));
	said_forget();
	sources.list[0]->config_line = 7;
	ck_assert_int_eq(source_set_make_rules(&sources, trusted, NULL), -EINVAL);
	said_expect(": id \"one\": only-keys: ");
	ck_assert(!said_has(":7"));
}
END_TEST

START_TEST(a_mistake_leaves_the_rules_from_before)
{
	struct source *one = add_source("one", 1);

	allow(one, "host", "known.example.com");
	ck_assert_int_eq(source_set_make_rules(&sources, trusted, NULL), 0);
	allow(one, "only-keys", "missing.pub");
	ck_assert_int_eq(source_set_make_rules(&sources, trusted, NULL), -EINVAL);
	ck_assert_uint_eq(one->rules.host_count, 1);
	ck_assert(!rules_are_ready(&one->rules)); /* of another policy than it has now */
}
END_TEST

START_TEST(what_is_dropped_is_ready_no_more)
{
	for (unsigned i = 0; i < 3; i++) {
		char id[8];

		snprintf(id, sizeof(id), "id%u", i);
		allow(add_source(id, 1), "host", "known.example.com");
	}
	ck_assert_int_eq(source_set_make_rules(&sources, trusted, NULL), 0);
	source_set_drop_rules(&sources);
	for (size_t i = 0; i < sources.count; i++)
		ck_assert(!rules_are_ready(&sources.list[i]->rules));
}
END_TEST

START_TEST(where_nobody_can_be_asked_ids_to_be_confirmed_are_named)
{
	add_source("silent", 1);
	allow(add_source("asked", 2), "confirm", "yes");
	allow(add_source("asked-too", 3), "confirm", "yes");
	source_set_warn_of_no_askpass(&sources);
	ck_assert(!said_has("SSH_ASKPASS"));
	unsetenv("SSH_ASKPASS");
	source_set_warn_of_no_askpass(&sources);
	said_expect("id \"asked\" is to be confirmed, but SSH_ASKPASS is not set");
	said_expect("id \"asked-too\" is to be confirmed, but SSH_ASKPASS is not set");
	ck_assert(!said_has("silent"));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("source_rules");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, each_source_has_the_rules_of_its_policy);
	tcase_add_test(tests, each_mistake_is_told_with_its_line_and_others_are_made);
	tcase_add_test(tests, a_mistake_before_what_is_right_is_a_mistake);
	tcase_add_test(tests, a_mistake_that_has_no_line_is_told_without);
	tcase_add_test(tests, a_mistake_leaves_the_rules_from_before);
	tcase_add_test(tests, what_is_dropped_is_ready_no_more);
	tcase_add_test(tests, where_nobody_can_be_asked_ids_to_be_confirmed_are_named);
	return unit_main(tests, "source_rules");
}
