#include "agentd/offer_hosts.h"

#include "common/offer_size.h"
#include "tests/support/said.h"
#include "tests/support/unit.h"
#include "tests/support/workspace.h"

#define KEY " ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"

static const char all[] = "github.com" KEY " one\n"
			  "[git.example.org]:2222" KEY "\n"
			  "git.example.org" KEY "\n"
			  "@cert-authority *.example.org" KEY "\n"
			  "@revoked *" KEY "\n"
			  "private.example.com" KEY "\n";

static struct source source = {.id = "a"};
static struct trusted_hosts *trusted;
static struct byte_buf text;

static void setup(void)
{
	static char path[] = "known_hosts";
	char *paths[] = {path};

	said_begin();
	workspace_write(path, view_of(all));
	trusted = trusted_hosts_new();
	ck_assert_ptr_nonnull(trusted);
	ck_assert_int_eq(trusted_hosts_set_files(trusted, paths, 1), 0);
	byte_buf_init(&text, OFFER_LEN_MAX);
	source = (struct source){.id = "a"};
}

static void teardown(void)
{
	policy_deinit(&source.policy);
	trusted_hosts_free(trusted);
	byte_buf_deinit(&text);
}

static void set(const char *key, const char *value)
{
	char reason[POLICY_REASON_MAX];

	ck_assert_int_eq(policy_set(&source.policy, key, value, reason), 0);
}

static const char *known_hosts(bool puts_all)
{
	struct source *sources[] = {&source};

	byte_buf_clear(&text);
	offer_put_known_hosts(&text, trusted, puts_all, sources, 1);
	ck_assert_int_eq(byte_buf_status(&text), 0);
	byte_buf_put_u8(&text, '\0');
	return (const char *)text.data;
}

START_TEST(without_hosts_nothing_of_the_users_is_told)
{
	ck_assert_str_eq(known_hosts(false), "");
}
END_TEST

START_TEST(a_file_meant_for_it_is_told_all)
{
	ck_assert_str_eq(known_hosts(true), "known-host github.com" KEY " one\n"
					    "known-host [git.example.org]:2222" KEY "\n"
					    "known-host git.example.org" KEY "\n"
					    "known-host @cert-authority *.example.org" KEY "\n"
					    "known-host @revoked *" KEY "\n"
					    "known-host private.example.com" KEY "\n");
}
END_TEST

START_TEST(hosts_of_the_policy_are_told)
{
	set("host", "github.com");
	ck_assert_str_eq(known_hosts(false), "known-host github.com" KEY " one\n"
					     "known-host @revoked *" KEY "\n");
}
END_TEST

START_TEST(hosts_of_repositories_are_told)
{
	set("repo", "GitHub.com/org/repo, git.example.org:2222/x");
	/* Where "[host]:port" has no keys ssh takes those of "host", so these belong to it, too. */
	ck_assert_str_eq(known_hosts(false), "known-host github.com" KEY " one\n"
					     "known-host [git.example.org]:2222" KEY "\n"
					     "known-host git.example.org" KEY "\n"
					     "known-host @cert-authority *.example.org" KEY "\n"
					     "known-host @revoked *" KEY "\n");
}
END_TEST

START_TEST(a_host_that_is_a_pattern_is_none)
{
	set("repo", "*.com/org, *");
	ck_assert_str_eq(known_hosts(false), "");
}
END_TEST

START_TEST(what_is_added_to_the_file_is_told)
{
	set("host", "new.example.net");
	ck_assert_ptr_null(strstr(known_hosts(false), "new.example.net"));
	workspace_run("echo 'new.example.net%s' >>known_hosts", KEY);
	ck_assert_ptr_nonnull(strstr(known_hosts(false), "known-host new.example.net" KEY "\n"));
}
END_TEST

START_TEST(control_bytes_do_not_get_through)
{
	set("host", "tabs.example.net");
	workspace_run("printf 'tabs.example.net%s a\\tb\\033[2J\\r\\n' >>known_hosts", KEY);
	ck_assert_ptr_nonnull(
		strstr(known_hosts(false), "known-host tabs.example.net" KEY " a\tb [2J \n"));
}
END_TEST

START_TEST(more_than_an_offer_holds_is_left_out_and_said)
{
	workspace_run("for i in $(seq 6000); do echo \"host$i.example.org%s\"; done >>known_hosts",
		      KEY);
	ck_assert_ptr_nonnull(strstr(known_hosts(true), "known-host host1.example.org"));
	ck_assert_uint_le(text.len, 2 * OFFER_KNOWN_HOSTS_MAX);
	said_expect("lines of known hosts are not handed over");
}
END_TEST

START_TEST(patterns_are_told_with_their_id)
{
	set("repo", "github.com/org/*, github.com/org/repo");
	offer_put_repos(&text, &source);
	byte_buf_put_u8(&text, '\0');
	ck_assert_str_eq((const char *)text.data, "repo a github.com/org/*\n"
						  "repo a github.com/org/repo\n");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("offer_hosts");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, without_hosts_nothing_of_the_users_is_told);
	tcase_add_test(tests, a_file_meant_for_it_is_told_all);
	tcase_add_test(tests, hosts_of_the_policy_are_told);
	tcase_add_test(tests, hosts_of_repositories_are_told);
	tcase_add_test(tests, a_host_that_is_a_pattern_is_none);
	tcase_add_test(tests, what_is_added_to_the_file_is_told);
	tcase_add_test(tests, control_bytes_do_not_get_through);
	tcase_add_test(tests, more_than_an_offer_holds_is_left_out_and_said);
	tcase_add_test(tests, patterns_are_told_with_their_id);
	return unit_main(tests, "offer_hosts");
}
