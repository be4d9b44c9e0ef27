#include "shim/options.h"

#include <errno.h>
#include <stdarg.h>

#include "tests/support/unit.h"

enum { WORDS_MAX = 16 };

static struct options options;
static char error[512];

/* Parses "ssh-shim" and the words, of which the last is NULL. */
static int parse(const char *first, ...)
{
	static char *argv[WORDS_MAX + 2];
	const char *word = first;
	va_list words;
	int argc = 0;

	argv[argc++] = (char *)(uintptr_t) "ssh-shim";
	va_start(words, first);
	for (; word != NULL && argc < WORDS_MAX; word = va_arg(words, const char *))
		argv[argc++] = (char *)(uintptr_t)word;
	va_end(words);
	argv[argc] = NULL;
	error[0] = '\0';
	return options_parse(argc, argv, &options, error, sizeof(error));
}

static void forget_environment(void)
{
	unsetenv(SHIM_ENV_ID);
	unsetenv(SHIM_ENV_CONNECT);
}

START_TEST(a_command_alone_has_the_defaults)
{
	ck_assert_int_eq(parse("--", "git", "clone", NULL), 0);
	ck_assert_int_eq(options.action, OPTIONS_RUN);
	ck_assert_ptr_null(options.id);
	ck_assert_ptr_null(options.connect);
	ck_assert_uint_eq(options.wait_ms, 3000);
	ck_assert(!options.is_wait_given && !options.is_optional && !options.has_owner);
	ck_assert_uint_eq(options.socket_mode, 0600);
	ck_assert_str_eq(options.command[0], "git");
	ck_assert_str_eq(options.command[1], "clone");
	ck_assert_ptr_null(options.command[2]);
}
END_TEST

START_TEST(options_after_the_command_are_the_commands)
{
	ck_assert_int_eq(parse("--id", "a", "git", "--id", "b", NULL), 0);
	ck_assert_str_eq(options.id, "a");
	ck_assert_str_eq(options.command[1], "--id");
	ck_assert_int_eq(parse("--", "--version", NULL), 0);
	ck_assert_int_eq(options.action, OPTIONS_RUN);
	ck_assert_str_eq(options.command[0], "--version");
}
END_TEST

START_TEST(no_command_is_an_error)
{
	ck_assert_int_eq(parse(NULL), -EINVAL);
	ck_assert_int_eq(parse("--", NULL), -EINVAL);
	ck_assert_int_eq(parse("--optional", NULL), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "no command"));
}
END_TEST

START_TEST(an_unknown_option_is_named)
{
	ck_assert_int_eq(parse("--keys", "x", "--", "true", NULL), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "--keys"));
	ck_assert_int_eq(parse("-x", "true", NULL), -EINVAL);
	ck_assert_int_eq(parse("--id", NULL), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "--id needs a value"));
}
END_TEST

START_TEST(the_environment_stands_in_for_options)
{
	setenv(SHIM_ENV_ID, "projecta", 1);
	setenv(SHIM_ENV_CONNECT, "host:1", 1);
	ck_assert_int_eq(parse("true", NULL), 0);
	ck_assert_str_eq(options.id, "projecta");
	ck_assert_str_eq(options.connect, "host:1");
	ck_assert_int_eq(parse("--id", "b", "--connect", "auto", "true", NULL), 0);
	ck_assert_str_eq(options.id, "b");
	ck_assert_ptr_null(options.connect);
	forget_environment();
}
END_TEST

START_TEST(an_empty_variable_is_not_set)
{
	setenv(SHIM_ENV_ID, "", 1);
	setenv(SHIM_ENV_CONNECT, "", 1);
	ck_assert_int_eq(parse("true", NULL), 0);
	ck_assert_ptr_null(options.id);
	ck_assert_ptr_null(options.connect);
	forget_environment();
}
END_TEST

START_TEST(an_id_with_a_slash_is_refused)
{
	ck_assert_int_eq(parse("--id", "../agent", "true", NULL), -EINVAL);
	ck_assert_int_eq(parse("--id", "", "true", NULL), -EINVAL);
}
END_TEST

START_TEST(owner_takes_numbers_only)
{
	ck_assert_int_eq(parse("--owner", "1000", "true", NULL), 0);
	ck_assert(options.has_owner);
	ck_assert_uint_eq(options.owner_uid, 1000);
	ck_assert_uint_eq(options.owner_gid, (gid_t)-1);
	ck_assert_int_eq(parse("--owner", "1000:100", "true", NULL), 0);
	ck_assert_uint_eq(options.owner_gid, 100);
	ck_assert_int_eq(parse("--owner", "nobody", "true", NULL), -EINVAL);
	ck_assert_int_eq(parse("--owner", "1000:", "true", NULL), -EINVAL);
	ck_assert_int_eq(parse("--owner", "-1", "true", NULL), -EINVAL);
	ck_assert_int_eq(parse("--owner", "4294967295", "true", NULL), -EINVAL);
	ck_assert_int_eq(parse("--owner", "1000:100:1", "true", NULL), -EINVAL);
}
END_TEST

START_TEST(mode_is_octal_and_leaves_the_owner_in)
{
	ck_assert_int_eq(parse("--mode", "0660", "true", NULL), 0);
	ck_assert_uint_eq(options.socket_mode, 0660);
	ck_assert_int_eq(parse("--mode", "888", "true", NULL), -EINVAL);
	ck_assert_int_eq(parse("--mode", "4777", "true", NULL), -EINVAL);
	ck_assert_int_eq(parse("--mode", "0060", "true", NULL), -EINVAL);
	ck_assert_int_eq(parse("--mode", "rw", "true", NULL), -EINVAL);
}
END_TEST

START_TEST(wait_is_whole_seconds)
{
	ck_assert_int_eq(parse("--wait", "60", "true", NULL), 0);
	ck_assert_uint_eq(options.wait_ms, 60000);
	ck_assert(options.is_wait_given);
	ck_assert_int_eq(parse("--wait", "1.5", "true", NULL), -EINVAL);
	ck_assert_int_eq(parse("--wait", "-1", "true", NULL), -EINVAL);
	ck_assert_int_eq(parse("--wait", "99999999999999999999", "true", NULL), -EINVAL);
}
END_TEST

START_TEST(check_takes_a_target_and_no_command)
{
	ck_assert_int_eq(parse("--check", NULL), 0);
	ck_assert_int_eq(options.action, OPTIONS_CHECK);
	ck_assert_ptr_null(options.check_target);
	ck_assert_int_eq(parse("--check", "git@example.org:a", NULL), 0);
	ck_assert_str_eq(options.check_target, "git@example.org:a");
	ck_assert_int_eq(parse("--check", "--", "git", "clone", NULL), -EINVAL);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("shim_options");

	forget_environment();
	tcase_add_test(tests, a_command_alone_has_the_defaults);
	tcase_add_test(tests, options_after_the_command_are_the_commands);
	tcase_add_test(tests, no_command_is_an_error);
	tcase_add_test(tests, an_unknown_option_is_named);
	tcase_add_test(tests, the_environment_stands_in_for_options);
	tcase_add_test(tests, an_empty_variable_is_not_set);
	tcase_add_test(tests, an_id_with_a_slash_is_refused);
	tcase_add_test(tests, owner_takes_numbers_only);
	tcase_add_test(tests, mode_is_octal_and_leaves_the_owner_in);
	tcase_add_test(tests, wait_is_whole_seconds);
	tcase_add_test(tests, check_takes_a_target_and_no_command);
	return unit_main(tests, "shim_options");
}
