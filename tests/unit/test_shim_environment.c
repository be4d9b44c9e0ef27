#include "shim/child_environment.h"

#include <stdlib.h>

#include "tests/support/unit.h"

/* Each test runs in a process of its own. */
static void set(const char *path, const char *git_ssh, const char *git_ssh_command)
{
	ck_assert_int_eq(clearenv(), 0);
	if (path != NULL)
		setenv("PATH", path, 1);
	if (git_ssh != NULL)
		setenv("GIT_SSH", git_ssh, 1);
	if (git_ssh_command != NULL)
		setenv("GIT_SSH_COMMAND", git_ssh_command, 1);
}

START_TEST(our_ssh_comes_first)
{
	set("/usr/bin:/bin", NULL, NULL);
	ck_assert_int_eq(child_environment_put_ssh("/dev/shm/x/bin"), 0);
	ck_assert_str_eq(getenv("PATH"), "/dev/shm/x/bin:/usr/bin:/bin");
	ck_assert_str_eq(getenv("GIT_SSH"), "/dev/shm/x/bin/ssh");
	ck_assert_ptr_null(getenv("GIT_SSH_COMMAND"));
	ck_assert_str_eq(getenv("CARGO_NET_GIT_FETCH_WITH_CLI"), "true");
}
END_TEST

START_TEST(what_the_user_has_set_stays)
{
	set("/bin", "/opt/my-ssh", NULL);
	setenv("CARGO_NET_GIT_FETCH_WITH_CLI", "false", 1);
	ck_assert_int_eq(child_environment_put_ssh("/x/bin"), 0);
	ck_assert_str_eq(getenv("GIT_SSH"), "/opt/my-ssh");
	ck_assert_str_eq(getenv("CARGO_NET_GIT_FETCH_WITH_CLI"), "false");
	set("/bin", NULL, "ssh -v");
	ck_assert_int_eq(child_environment_put_ssh("/x/bin"), 0);
	ck_assert_ptr_null(getenv("GIT_SSH"));
	ck_assert_str_eq(getenv("GIT_SSH_COMMAND"), "ssh -v");
}
END_TEST

START_TEST(without_a_path_none_is_made)
{
	set(NULL, NULL, NULL);
	ck_assert_int_eq(child_environment_put_ssh("/x/bin"), 0);
	ck_assert_ptr_null(getenv("PATH"));
	ck_assert_str_eq(getenv("GIT_SSH"), "/x/bin/ssh");
	set("", NULL, NULL);
	ck_assert_int_eq(child_environment_put_ssh("/x/bin"), 0);
	ck_assert_str_eq(getenv("PATH"), "");
}
END_TEST

START_TEST(a_directory_that_path_cannot_name_stays_out_of_it)
{
	set("/bin", NULL, NULL);
	ck_assert_int_eq(child_environment_put_ssh("/a:b/bin"), 0);
	ck_assert_str_eq(getenv("PATH"), "/bin");
	ck_assert_str_eq(getenv("GIT_SSH"), "/a:b/bin/ssh");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("shim_environment");

	tcase_add_test(tests, our_ssh_comes_first);
	tcase_add_test(tests, what_the_user_has_set_stays);
	tcase_add_test(tests, without_a_path_none_is_made);
	tcase_add_test(tests, a_directory_that_path_cannot_name_stays_out_of_it);
	return unit_main(tests, "shim_environment");
}
