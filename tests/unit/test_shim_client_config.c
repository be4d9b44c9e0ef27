#include "shim/client_config.h"

#include "tests/support/unit.h"
#include "tests/support/workspace.h"

/* What a configuration of these lines may set; other files are there already. */
static unsigned settings_of(const char *lines)
{
	char path[128];

	workspace_write("config", view_of(lines));
	snprintf(path, sizeof(path), "%s/config", workspace_path);
	return client_config_file_settings(path, workspace_path, workspace_path);
}

START_TEST(keywords_count_wherever_they_stand)
{
	ck_assert_uint_eq(settings_of(""), 0);
	ck_assert_uint_eq(settings_of("# GlobalKnownHostsFile /x\nHost *\n\tUser git\n"), 0);
	ck_assert_uint_eq(settings_of("Host a\n\tHostName b\n"), CLIENT_SETS_HOST);
	ck_assert_uint_eq(settings_of("Host a\nMatch all\nglobalknownhostsfile none"),
			  CLIENT_SETS_KNOWN_HOSTS);
	ck_assert_uint_eq(settings_of("Port 1\r\nIdentityAgent none\r\n"),
			  CLIENT_SETS_HOST | CLIENT_SETS_AGENT);
}
END_TEST

START_TEST(included_files_count_too)
{
	workspace_write("one.conf", view_of("Port 2222\n"));
	workspace_write("two.conf", view_of("GlobalKnownHostsFile /x\n"));
	workspace_write("plain.conf", view_of("User git\n"));
	ck_assert_uint_eq(settings_of("Include one.conf\n"), CLIENT_SETS_HOST);
	ck_assert_uint_eq(settings_of("include  plain.conf\ttwo.conf\n"), CLIENT_SETS_KNOWN_HOSTS);
	ck_assert_uint_eq(settings_of("Include ~/one.conf\n"), CLIENT_SETS_HOST);
	ck_assert_uint_eq(settings_of("Include=t*.conf\n"), CLIENT_SETS_KNOWN_HOSTS);
	ck_assert_uint_eq(settings_of("Include *.conf\n"),
			  CLIENT_SETS_HOST | CLIENT_SETS_KNOWN_HOSTS);
	ck_assert_uint_eq(settings_of("Include plain.conf missing.conf /no/such/*\n"), 0);
}
END_TEST

START_TEST(what_cannot_be_followed_may_set_anything)
{
	ck_assert_uint_eq(settings_of("Include ~other/x\n"), CLIENT_SETS_ANY);
	ck_assert_uint_eq(settings_of("Include ${HOME}/x\n"), CLIENT_SETS_ANY);
	ck_assert_uint_eq(settings_of("Include %d/x\n"), CLIENT_SETS_ANY);
	ck_assert_uint_eq(settings_of("Include \"a b\"\n"), CLIENT_SETS_ANY);
	ck_assert_uint_eq(settings_of("Include config\n"), CLIENT_SETS_ANY); /* itself */
}
END_TEST

START_TEST(a_file_beyond_measure_may_set_anything)
{
	workspace_run("head -c 300000 /dev/zero | tr '\\0' '#' >big");
	ck_assert_uint_eq(settings_of("Include big\n"), CLIENT_SETS_ANY);
}
END_TEST

START_TEST(what_is_no_file_sets_nothing)
{
	workspace_run("mkfifo fifo; mkdir -p directory");
	ck_assert_uint_eq(settings_of("Include fifo directory\n"), 0);
	ck_assert_uint_eq(client_config_file_settings("/no/such/file", "/", NULL), 0);
}
END_TEST

START_TEST(the_file_named_stands_for_all_others)
{
	char path[128];

	ck_assert_uint_eq(client_config_settings("none", workspace_path), 0);
	workspace_run("mkdir -p .ssh; echo 'HostName x' >.ssh/config; echo 'User x' >other");
	ck_assert_uint_ne(client_config_settings(NULL, workspace_path) & CLIENT_SETS_HOST, 0);
	snprintf(path, sizeof(path), "%s/other", workspace_path);
	ck_assert_uint_eq(client_config_settings(path, workspace_path), 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("shim_client_config");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_test(tests, keywords_count_wherever_they_stand);
	tcase_add_test(tests, included_files_count_too);
	tcase_add_test(tests, what_cannot_be_followed_may_set_anything);
	tcase_add_test(tests, a_file_beyond_measure_may_set_anything);
	tcase_add_test(tests, what_is_no_file_sets_nothing);
	tcase_add_test(tests, the_file_named_stands_for_all_others);
	return unit_main(tests, "shim_client_config");
}
