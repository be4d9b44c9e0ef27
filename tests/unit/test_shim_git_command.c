#include "shim/git_command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/unit.h"

static const char *path_of(const char *command)
{
	static char path[64];

	return git_command_path(command, path, sizeof(path)) == 0 ? path : "none";
}

START_TEST(what_git_and_lfs_send_names_the_repository)
{
	ck_assert_str_eq(path_of("git-upload-pack 'org/repo.git'"), "org/repo.git");
	ck_assert_str_eq(path_of("git-receive-pack '/org/repo.git'"), "/org/repo.git");
	ck_assert_str_eq(path_of("git-upload-archive '~me/repo'"), "~me/repo");
	ck_assert_str_eq(path_of("git-lfs-authenticate org/repo.git download"), "org/repo.git");
	ck_assert_str_eq(path_of("git-lfs-transfer org/repo.git upload"), "org/repo.git");
}
END_TEST

START_TEST(other_spellings_of_the_program_are_known)
{
	ck_assert_str_eq(path_of("git upload-pack 'org/repo'"), "org/repo");
	ck_assert_str_eq(path_of("/usr/lib/git-core/git-upload-pack 'org/repo'"), "org/repo");
	ck_assert_str_eq(path_of("/opt/git/bin/git receive-pack org/repo"), "org/repo");
	ck_assert_str_eq(path_of("git-upload-pack --strict --timeout=3 'org/repo'"), "org/repo");
	ck_assert_str_eq(path_of("  git-upload-pack\torg/repo "), "org/repo");
}
END_TEST

START_TEST(quotes_are_taken_as_the_remote_shell_takes_them)
{
	ck_assert_str_eq(path_of("git-upload-pack 'it'\\''s'"), "it's");
	ck_assert_str_eq(path_of("git-upload-pack 'no'\\!'no'"), "no!no");
	ck_assert_str_eq(path_of("git-upload-pack \"a \\\"b\\\" \\c\""), "a \"b\" \\c");
	ck_assert_str_eq(path_of("git-upload-pack a\\ b'c d'\"e f\""), "a bc de f");
	ck_assert_str_eq(path_of("git-upload-pack '$HOME;`x`|&'"), "$HOME;`x`|&");
	ck_assert_str_eq(path_of("git-upload-pack 'a' 'b'"), "a");
}
END_TEST

START_TEST(other_commands_name_none)
{
	static const char *const commands[] = {
		"",
		" ",
		"git",
		"git ",
		"git-upload-pack",
		"git-upload-pack ",
		"git-upload-pack ''",
		"git-upload-pack --strict",
		"git status",
		"git-status 'org/repo'",
		"git-upload-packs 'org/repo'",
		"upload-pack 'org/repo'",
		"rsync --server . org/repo",
		"echo git-upload-pack 'org/repo'",
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		ck_assert_msg(strcmp(path_of(commands[i]), "none") == 0, "%s", commands[i]);
}
END_TEST

START_TEST(what_only_a_shell_could_work_out_names_none)
{
	static const char *const commands[] = {
		"git-upload-pack $REPO",    "git-upload-pack `x`",   "git-upload-pack \"$REPO\"",
		"git-upload-pack \"`x`\"",  "git-upload-pack org/*", "git-upload-pack 'org/repo",
		"git-upload-pack \"a",	    "git-upload-pack a\\",   "true; git-upload-pack 'a'",
		"git-upload-pack a;b",	    "git-upload-pack a|cat", "git-upload-pack <a",
		"git-upload-pack \"a\\",    "git-upload-pack a\nb",  "git-upload-pack (a)",
		"$GIT/git-upload-pack 'a'",
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		ck_assert_msg(strcmp(path_of(commands[i]), "none") == 0, "%s", commands[i]);
}
END_TEST

START_TEST(a_path_that_does_not_fit_is_too_long)
{
	char path[8];

	ck_assert_int_eq(git_command_path("git-upload-pack 1234567", path, sizeof(path)), 0);
	ck_assert_str_eq(path, "1234567");
	ck_assert_int_eq(git_command_path("git-upload-pack 12345678", path, sizeof(path)),
			 -ENAMETOOLONG);
}
END_TEST

START_TEST(every_prefix_is_read_within_its_bounds)
{
	static const char good[] = "git-upload-pack --strict 'it'\\''s'\\!\"a\\\"b\"";
	char path[64];

	for (size_t len = 0; len < sizeof(good); len++) {
		char *copy = strndup(good, len);

		ck_assert_ptr_nonnull(copy);
		(void)git_command_path(copy, path, sizeof(path));
		free(copy);
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("shim_git_command");

	tcase_add_test(tests, what_git_and_lfs_send_names_the_repository);
	tcase_add_test(tests, other_spellings_of_the_program_are_known);
	tcase_add_test(tests, quotes_are_taken_as_the_remote_shell_takes_them);
	tcase_add_test(tests, other_commands_name_none);
	tcase_add_test(tests, what_only_a_shell_could_work_out_names_none);
	tcase_add_test(tests, a_path_that_does_not_fit_is_too_long);
	tcase_add_test(tests, every_prefix_is_read_within_its_bounds);
	return unit_main(tests, "shim_git_command");
}
