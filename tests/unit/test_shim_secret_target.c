#include "shim/secret_target.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shim/workdir.h"
#include "tests/support/unit.h"
#include "tests/support/workspace.h"

static struct secret_target target;
static struct secret_target other;
static char content[256];
static char error[1024];

static void setup(void)
{
	workspace_run("rm -rf * && mkdir dir home && printf secret > content && "
		      "touch -d @1000 dir home .");
	snprintf(content, sizeof(content), "%s/content", workspace_path);
	setenv("HOME", workspace_path, 1);
	error[0] = '\0';
}

static int place(const char *path)
{
	return secret_target_place(&target, path, content, error, sizeof(error));
}

/* The directories are as setup made them, in whatever order. */
static void expect_untouched(void)
{
	workspace_run("test \"$(find . -not -name log | sort | tr '\\n' ' ')\" = "
		      "\". ./content ./dir ./home \"");
	workspace_run("test \"$(stat -c %%Y dir home | tr '\\n' ' ')\" = \"1000 1000 \"");
}

START_TEST(a_link_is_there_and_gone_without_a_trace)
{
	char absolute[256];
	const char *const paths[] = {"dir/x",	"dir/a/b/c",	 "./dir//a/../x",
				     "~/dir/x", "home/../dir/x", absolute};

	snprintf(absolute, sizeof(absolute), "%s/dir/new/x", workspace_path);
	workspace_run("mkdir dir/a && touch -d @1000 dir");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (i == 3)
			workspace_run("rmdir dir/a && touch -d @1000 dir");
		ck_assert_msg(place(paths[i]) == 0, "%s", error);
		workspace_run("test \"$(cat \"$(find dir -type l)\")\" = secret");
		secret_target_remove(&target);
	}
	expect_untouched();
}
END_TEST

START_TEST(what_is_there_is_not_replaced_and_nothing_is_left_of_the_attempt)
{
	workspace_run("printf mine > dir/file && ln -s nowhere dir/link && mkdir dir/dir && "
		      "touch -d @1000 dir");
	ck_assert_int_eq(place("dir/file"), -EEXIST);
	ck_assert_int_eq(place("dir/link"), -EEXIST);
	ck_assert_int_eq(place("dir/dir"), -EEXIST);
	ck_assert_int_eq(place("dir/file/x"), -ENOTDIR);
	ck_assert_ptr_nonnull(strstr(error, "dir/file/x"));
	workspace_run(
		"test \"$(cat dir/file)\" = mine && test \"$(readlink dir/link)\" = nowhere && "
		"test \"$(stat -c %%Y dir)\" = 1000");
}
END_TEST

START_TEST(directories_made_for_a_target_that_fails_are_gone)
{
	char path[NAME_MAX + 64];

	snprintf(path, sizeof(path), "dir/a/b/%0*d", NAME_MAX + 1, 7);
	ck_assert_int_eq(place(path), -ENAMETOOLONG);
	expect_untouched();
	unsetenv("HOME");
	ck_assert_int_eq(place("~/x"), -ENOKEY);
	ck_assert_ptr_nonnull(strstr(error, "HOME is not set"));
	expect_untouched();
}
END_TEST

START_TEST(the_link_of_a_shim_that_was_killed_is_replaced)
{
	workspace_run("ln -s /dev/shm/" WORKDIR_PREFIX "0123456789ab/" WORKDIR_SECRETS
		      "/0.gone dir/x && touch -d @1000 dir");
	ck_assert_msg(place("dir/x") == 0, "%s", error);
	workspace_run("test \"$(cat dir/x)\" = secret");
	secret_target_remove(&target);
	workspace_run("test ! -L dir/x");
}
END_TEST

START_TEST(the_link_of_a_shim_at_work_is_not)
{
	workspace_run("mkdir -p " WORKDIR_PREFIX "0123456789ab/" WORKDIR_SECRETS " && "
		      "touch " WORKDIR_PREFIX "0123456789ab/" WORKDIR_SECRETS "/0.x && "
		      "ln -s $PWD/" WORKDIR_PREFIX "0123456789ab/" WORKDIR_SECRETS "/0.x dir/x");
	ck_assert_int_eq(place("dir/x"), -EEXIST);
}
END_TEST

START_TEST(what_the_command_makes_stays_with_its_time)
{
	ck_assert_int_eq(place("dir/new/x"), 0);
	workspace_run("touch dir/new/mine dir/beside && touch -d @2000 dir");
	secret_target_remove(&target);
	workspace_run("test -e dir/new/mine && test -e dir/beside && test ! -L dir/new/x && "
		      "test \"$(stat -c %%Y dir)\" = 2000");
}
END_TEST

START_TEST(what_the_command_puts_in_its_place_stays)
{
	ck_assert_int_eq(place("dir/x"), 0);
	workspace_run("printf mine > dir/y && mv dir/y dir/x");
	secret_target_remove(&target);
	workspace_run("test \"$(cat dir/x)\" = mine");
	ck_assert_int_eq(place("dir/z"), 0);
	workspace_run("rm dir/z");
	secret_target_remove(&target);
	workspace_run("test ! -e dir/z");
}
END_TEST

START_TEST(two_targets_in_one_directory_restore_its_time)
{
	ck_assert_int_eq(place("dir/new/x"), 0);
	ck_assert_int_eq(secret_target_place(&other, "dir/new/y", content, error, sizeof(error)),
			 0);
	secret_target_remove(&other);
	secret_target_remove(&target);
	ck_assert_int_eq(place("dir/x"), 0);
	ck_assert_int_eq(secret_target_place(&other, "dir/y", content, error, sizeof(error)), 0);
	secret_target_remove(&other);
	secret_target_remove(&target);
	expect_untouched();
}
END_TEST

START_TEST(directories_are_made_for_everybody_to_pass)
{
	ck_assert_int_eq(place("dir/new/er/x"), 0); /* under umask 077 */
	workspace_run("test \"$(stat -c %%a dir/new dir/new/er | tr '\\n' ' ')\" = '755 755 '");
	secret_target_remove(&target);
	expect_untouched();
}
END_TEST

/*
 * Whoever owns the directory that a target is in swaps what we make there for a link, as fast as it can.
 * What the link leads to is none of ours.
 */
START_TEST(what_a_link_put_in_our_way_leads_to_keeps_its_mode)
{
	struct stat st;
	pid_t swapper;

	workspace_run("mkdir -m 700 private");
	swapper = fork();
	if (swapper == 0) {
		for (;;) {
			if (rmdir("dir/new") == 0 && symlink("../private", "dir/new") == 0) {
				usleep(50);
				(void)unlink("dir/new");
			}
		}
	}
	ck_assert_int_gt(swapper, 0);
	for (int i = 0; i < 300; i++) {
		(void)place("dir/new/x"); /* it may fail */
		secret_target_remove(&target);
		ck_assert_int_eq(stat("private", &st), 0);
		ck_assert_msg((st.st_mode & 07777) == 0700, "after %d times", i);
	}
	kill(swapper, SIGKILL);
	waitpid(swapper, NULL, 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("secret_target");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, a_link_is_there_and_gone_without_a_trace);
	tcase_add_test(tests, what_is_there_is_not_replaced_and_nothing_is_left_of_the_attempt);
	tcase_add_test(tests, directories_made_for_a_target_that_fails_are_gone);
	tcase_add_test(tests, the_link_of_a_shim_that_was_killed_is_replaced);
	tcase_add_test(tests, the_link_of_a_shim_at_work_is_not);
	tcase_add_test(tests, what_the_command_makes_stays_with_its_time);
	tcase_add_test(tests, what_the_command_puts_in_its_place_stays);
	tcase_add_test(tests, two_targets_in_one_directory_restore_its_time);
	tcase_add_test(tests, directories_are_made_for_everybody_to_pass);
	tcase_add_test(tests, what_a_link_put_in_our_way_leads_to_keeps_its_mode);
	return unit_main(tests, "shim_secret_target");
}
