#include "shim/client_program.h"

#include "shim/workdir.h"
#include "tests/support/unit.h"
#include "tests/support/workspace.h"

static const char *find(const char *search_path)
{
	static char found[PATH_MAX];
	struct stat self;

	ck_assert_int_eq(stat("shim", &self), 0);
	return client_program_find("ssh", search_path, &self, found) ? found : "none";
}

static void make_programs(void)
{
	workspace_enter();
	workspace_run("umask 022; mkdir bin bin2 real empty nox dir dir/ssh; touch shim ssh; "
		      "chmod 755 shim ssh; ln -s ../shim bin/ssh; ln shim bin2/ssh; "
		      "cp shim real/ssh; cp shim real/dropbearmulti; touch nox/ssh");
}

START_TEST(links_to_ourselves_are_passed_by)
{
	ck_assert_str_eq(find("bin:real"), "real/ssh");
	ck_assert_str_eq(find("bin:bin2:bin:real"), "real/ssh");
	ck_assert_str_eq(find("real:bin"), "real/ssh");
	ck_assert_str_eq(find("bin:bin2"), "none");
}
END_TEST

START_TEST(another_shims_directory_is_passed_by)
{
	workspace_run("umask 022; mkdir -p t/" WORKDIR_PREFIX "0123/bin t/x" WORKDIR_PREFIX
		      "0/bin && cp shim t/" WORKDIR_PREFIX
		      "0123/bin/ssh && cp shim t/x" WORKDIR_PREFIX "0/bin/ssh");
	ck_assert_str_eq(find("t/" WORKDIR_PREFIX "0123/bin:real"), "real/ssh");
	ck_assert_str_eq(find("t/" WORKDIR_PREFIX "0123/bin"), "none");
	ck_assert_str_eq(find("t/x" WORKDIR_PREFIX "0/bin"), "t/x" WORKDIR_PREFIX "0/bin/ssh");
}
END_TEST

START_TEST(what_cannot_be_run_is_passed_by)
{
	ck_assert_str_eq(find("empty:nox:dir:/no/such:real"), "real/ssh");
	ck_assert_str_eq(find("nox"), "none");
}
END_TEST

START_TEST(an_empty_entry_is_the_working_directory)
{
	ck_assert_str_eq(find(""), "./ssh");
	ck_assert_str_eq(find("bin::real"), "./ssh");
	ck_assert_str_eq(find("bin:"), "./ssh");
}
END_TEST

START_TEST(entries_beyond_measure_are_passed_by)
{
	char path[2 * PATH_MAX];

	memset(path, 'x', sizeof(path));
	snprintf(path + sizeof(path) - 16, 16, ":real");
	ck_assert_str_eq(find(path), "real/ssh");
}
END_TEST

START_TEST(dropbears_go_by_the_name_of_what_the_link_leads_to)
{
	workspace_run("ln -s dropbearmulti real/ssh2; ln -s ssh2 real/ssh3; cp shim real/dbclient");
	ck_assert(client_program_is_dropbear("real/ssh3"));
	ck_assert(client_program_is_dropbear("real/dbclient"));
	ck_assert(!client_program_is_dropbear("real/ssh"));
	ck_assert(!client_program_is_dropbear("real/none"));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("shim_client_program");

	tcase_add_unchecked_fixture(tests, make_programs, workspace_leave);
	tcase_add_test(tests, links_to_ourselves_are_passed_by);
	tcase_add_test(tests, another_shims_directory_is_passed_by);
	tcase_add_test(tests, what_cannot_be_run_is_passed_by);
	tcase_add_test(tests, an_empty_entry_is_the_working_directory);
	tcase_add_test(tests, entries_beyond_measure_are_passed_by);
	tcase_add_test(tests, dropbears_go_by_the_name_of_what_the_link_leads_to);
	return unit_main(tests, "shim_client_program");
}
