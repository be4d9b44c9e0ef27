#include "agentd/options.h"

#include <getopt.h>
#include <limits.h>

#include "tests/support/said.h"
#include "tests/support/unit.h"

static struct options options;

static void setup(void)
{
	said_begin();
	setenv("SSH_AUTH_SOCK", "/run/mine", 1);
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
}

static void teardown(void)
{
	source_set_deinit(&options.sources);
	options_deinit(&options);
}

static const char *realpath_of(const char *name)
{
	static char path[PATH_MAX];

	ck_assert_ptr_nonnull(realpath(name, path));
	return path;
}

/* Parses words that stand a space apart; starts from nothing each time. */
static enum options_verdict parse(const char *line)
{
	static char words[1024];
	static char program[] = "ssh-forward-agentd";
	static char *argv[32] = {program}; /* options keep pointers to it */
	char *rest = NULL;
	int argc = 1;

	teardown();
	optind = 0; /* getopt starts anew */
	snprintf(words, sizeof(words), "%s", line);
	for (char *word = strtok_r(words, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	argv[argc] = NULL;
	return options_parse(argc, argv, &options);
}

START_TEST(without_options_it_offers_the_agent_to_the_bridges)
{
	ck_assert_int_eq(parse(""), OPTIONS_RUN);
	ck_assert_uint_eq(options.sources.count, 1);
	ck_assert_str_eq(options.sources.list[0]->id, "default");
	ck_assert_str_eq(options.sources.list[0]->socket_path, "/run/mine");
	ck_assert_uint_eq(options.listen.count, 1);
	ck_assert_str_eq(options.listen.list[0], "auto");
	ck_assert_int_eq(options.log_level, LOG_LEVEL_INFO);
	ck_assert_uint_eq(options.limits.links, limits_default.links);
	ck_assert(!options.trusts_network);
	ck_assert(!options.forks);
	ck_assert_ptr_null(options.command);
	ck_assert_ptr_null(options.token_file);
}
END_TEST

START_TEST(without_options_nor_agent_it_says_what_to_do)
{
	unsetenv("SSH_AUTH_SOCK");
	ck_assert_int_eq(parse(""), OPTIONS_WRONG);
	said_expect("--key default=FILE");
}
END_TEST

START_TEST(every_option_is_taken)
{
	ck_assert_int_eq(parse("--key a=x --agent b=/run/b --ssh c=y --passphrase-file p --listen "
			       "docker0 --listen unix:/run/s --trust-network --allow 10.0.0.0/8 "
			       "--token-file t --fork --log-level debug --limit links=7"),
			 OPTIONS_RUN);
	ck_assert_uint_eq(options.sources.count, 3);
	ck_assert_str_eq(options.passphrase_file, "p");
	ck_assert_uint_eq(options.listen.count, 2);
	ck_assert_str_eq(options.listen.list[1], "unix:/run/s");
	ck_assert_uint_eq(options.allow.count, 1);
	ck_assert_str_eq(options.allow.list[0], "10.0.0.0/8");
	ck_assert_str_eq(options.token_file, "t");
	ck_assert_int_eq(options.log_level, LOG_LEVEL_DEBUG);
	ck_assert_uint_eq(options.limits.links, 7);
	ck_assert(options.trusts_network);
	ck_assert(options.forks);
}
END_TEST

START_TEST(what_stands_behind_two_dashes_is_the_command)
{
	ck_assert_int_eq(parse("--agent default -- docker build --fork ."), OPTIONS_RUN);
	ck_assert_str_eq(options.command[0], "docker");
	ck_assert_str_eq(options.command[2], "--fork");
	ck_assert_ptr_null(options.command[4]);
	ck_assert(!options.forks);
}
END_TEST

START_TEST(two_dashes_and_nothing_behind_are_no_command)
{
	ck_assert_int_eq(parse("--"), OPTIONS_RUN);
	ck_assert_ptr_null(options.command);
}
END_TEST

START_TEST(a_stray_word_is_a_mistake)
{
	ck_assert_int_eq(parse("docker build"), OPTIONS_WRONG);
	said_expect("a command goes behind \"--\"");
}
END_TEST

START_TEST(fork_and_a_command_do_not_go_together)
{
	ck_assert_int_eq(parse("--fork -- true"), OPTIONS_WRONG);
	said_expect("--fork and a command");
}
END_TEST

START_TEST(mistakes_are_reported_with_the_option)
{
	ck_assert_int_eq(parse("--limit cats=9"), OPTIONS_WRONG);
	said_expect("--limit cats=9");
	ck_assert_int_eq(parse("--limit links=0"), OPTIONS_WRONG);
	said_expect("--limit links=0");
	ck_assert_int_eq(parse("--log-level loud"), OPTIONS_WRONG);
	said_expect("--log-level loud");
	ck_assert_int_eq(parse("--key a"), OPTIONS_WRONG);
	said_expect("--key a=FILE");
}
END_TEST

START_TEST(an_unknown_option_or_a_missing_value_is_a_mistake)
{
	ck_assert_int_eq(parse("--keys"), OPTIONS_WRONG);
	ck_assert_int_eq(parse("--key"), OPTIONS_WRONG);
}
END_TEST

START_TEST(the_command_line_wins_and_adds_to_lists)
{
	workspace_write("conf", view_of("[daemon]\nlisten = docker0\ntoken-file = /file\n"
					"log-level = debug\npassphrase-file = /pass\n"
					"[limits]\nlinks = 5\nlogin-seconds = 6\n"));
	ck_assert_int_eq(parse("--config conf --listen br0 --token-file arg --limit links=7"),
			 OPTIONS_RUN);
	ck_assert_uint_eq(options.listen.count, 2);
	ck_assert_str_eq(options.token_file, "arg");
	ck_assert_str_eq(options.passphrase_file, "/pass");
	ck_assert_int_eq(options.log_level, LOG_LEVEL_DEBUG);
	ck_assert_uint_eq(options.limits.links, 7);
	ck_assert_uint_eq(options.limits.login_seconds, 6);
}
END_TEST

START_TEST(a_key_of_the_command_line_has_the_policy_of_the_file)
{
	workspace_write("conf", view_of("[id a]\nkey = /other\nhost = github.com\n[id b]\n"));
	ck_assert_int_eq(parse("--config conf --key a=./a.pem"), OPTIONS_RUN);
	ck_assert_uint_eq(options.sources.count, 2);
	ck_assert_uint_eq(options.sources.list[0]->file_count, 1);
	ck_assert_str_eq(options.sources.list[0]->files[0], "./a.pem");
	ck_assert_str_eq(options.sources.list[0]->policy.hosts.list[0], "github.com");
	ck_assert_str_eq(options.sources.list[1]->socket_path, "/run/mine");
	ck_assert_int_eq(parse("--config conf --agent a=/run/a"), OPTIONS_RUN);
	ck_assert_int_eq(options.sources.list[0]->kind, SOURCE_AGENT);
	ck_assert_str_eq(options.sources.list[0]->socket_path, "/run/a");
	ck_assert_uint_eq(options.sources.list[0]->file_count, 0);
}
END_TEST

/* Who names what to offer offers no more than that. */
START_TEST(a_default_file_adds_no_ids_to_those_of_the_command_line)
{
	workspace_run("mkdir -p xdg/ssh-forward-agentd");
	workspace_write("xdg/ssh-forward-agentd/config",
			view_of("[id a]\nhost = github.com\n[id b]\n"));
	setenv("HOME", "/nonexistent", 1);
	setenv("XDG_CONFIG_HOME", realpath_of("xdg"), 1);
	ck_assert_int_eq(parse("--key a=./a.pem"), OPTIONS_RUN);
	ck_assert_uint_eq(options.sources.count, 1);
	ck_assert_str_eq(options.sources.list[0]->policy.hosts.list[0], "github.com");
	ck_assert_int_eq(parse(""), OPTIONS_RUN);
	ck_assert_uint_eq(options.sources.count, 2);
}
END_TEST

START_TEST(an_id_that_nothing_backs_needs_an_agent)
{
	unsetenv("SSH_AUTH_SOCK");
	workspace_write("conf", view_of("[id a]\nkey = /k\n\n[id b]\n"));
	ck_assert_int_eq(parse("--config conf"), OPTIONS_WRONG);
	said_expect("conf:4: id \"b\": no agent is running here");
}
END_TEST

START_TEST(mistakes_of_file_and_command_line_are_all_told)
{
	workspace_write("conf", view_of("[daemon]\nlog-level = x\n"));
	ck_assert_int_eq(parse("--config conf --limit links=0"), OPTIONS_WRONG);
	said_expect("conf:2: log-level = x");
	said_expect("--limit links=0");
}
END_TEST

START_TEST(the_test_says_that_the_file_is_well)
{
	ck_assert_int_ge(dup2(STDERR_FILENO, STDOUT_FILENO), 0);
	workspace_write("conf", view_of("[limits]\nlinks = 5\n"));
	ck_assert_int_eq(parse("-t --config conf"), OPTIONS_DONE);
	ck_assert_int_eq(parse("--test"), OPTIONS_DONE);
	fflush(stdout);
	said_expect("conf: ok\n");
	said_expect("/nonexistent/ssh-forward-agentd/config");
	workspace_write("conf", view_of("[limits]\nlinks = 0\n"));
	ck_assert_int_eq(parse("-t --config conf"), OPTIONS_WRONG);
}
END_TEST

START_TEST(help_and_version_are_all_that_is_done)
{
	ck_assert_int_ge(dup2(STDERR_FILENO, STDOUT_FILENO), 0);
	ck_assert_int_eq(parse("--help"), OPTIONS_DONE);
	ck_assert_int_eq(parse("--version"), OPTIONS_DONE);
	fflush(stdout);
	said_expect("--passphrase-file");
	said_expect("upstream-per-id");
	said_expect("ssh-forward-agentd 0");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("options_agentd");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, without_options_it_offers_the_agent_to_the_bridges);
	tcase_add_test(tests, without_options_nor_agent_it_says_what_to_do);
	tcase_add_test(tests, every_option_is_taken);
	tcase_add_test(tests, what_stands_behind_two_dashes_is_the_command);
	tcase_add_test(tests, two_dashes_and_nothing_behind_are_no_command);
	tcase_add_test(tests, a_stray_word_is_a_mistake);
	tcase_add_test(tests, fork_and_a_command_do_not_go_together);
	tcase_add_test(tests, mistakes_are_reported_with_the_option);
	tcase_add_test(tests, an_unknown_option_or_a_missing_value_is_a_mistake);
	tcase_add_test(tests, the_command_line_wins_and_adds_to_lists);
	tcase_add_test(tests, a_key_of_the_command_line_has_the_policy_of_the_file);
	tcase_add_test(tests, a_default_file_adds_no_ids_to_those_of_the_command_line);
	tcase_add_test(tests, an_id_that_nothing_backs_needs_an_agent);
	tcase_add_test(tests, mistakes_of_file_and_command_line_are_all_told);
	tcase_add_test(tests, the_test_says_that_the_file_is_well);
	tcase_add_test(tests, help_and_version_are_all_that_is_done);
	return unit_main(tests, "options_agentd");
}
