#include "agentd/secret_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/unit.h"
#include "tests/support/workspace.h"

static struct secret_set set;

static void setup(void)
{
	set = (struct secret_set){0};
	unsetenv("npmrc");
	unsetenv("other");
	workspace_run("rm -rf * && echo content > npmrc && mkdir dir && mkfifo pipe");
}

static void teardown(void)
{
	secret_set_deinit(&set);
}

static const struct offered_secret *add(const char *option)
{
	ck_assert_msg(secret_set_add_option(&set, option) == 0, "refused: %s", option);
	return &set.list[set.count - 1];
}

static const char *here(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", workspace_path, name);
	return path;
}

static void expect_content(const struct offered_secret *secret, const char *content)
{
	ck_assert_ptr_null(secret->path);
	ck_assert_uint_eq(secret->content_len, strlen(content));
	ck_assert_mem_eq(secret->content.data, content, strlen(content));
}

START_TEST(a_source_is_a_file_found_from_anywhere)
{
	ck_assert_str_eq(add("id=a,src=npmrc")->path, here("npmrc"));
	ck_assert_str_eq(add("id=b,source=./dir")->path, here("./dir"));
	ck_assert_str_eq(add("src=/etc/passwd,id=c,type=file")->path, "/etc/passwd");
	setenv("HOME", workspace_path, 1);
	ck_assert_str_eq(add("ID=d,SRC=~/npmrc")->path, here("npmrc"));
	ck_assert_ptr_eq(secret_set_find(&set, "b"), &set.list[1]);
	ck_assert_ptr_null(secret_set_find(&set, "e"));
}
END_TEST

START_TEST(a_variable_is_copied)
{
	setenv("other", "of the environment", 1);
	expect_content(add("id=a,env=other"), "of the environment");
	expect_content(add("id=b,type=env,src=other"), "of the environment");
	setenv("other", "", 1);
	ck_assert_uint_eq(add("id=c,env=other")->content_len, 0);
	expect_content(&set.list[0], "of the environment");
}
END_TEST

/* As BuildKit's secretsprovider does it. */
START_TEST(without_a_source_it_is_the_variable_of_that_name_else_the_file)
{
	ck_assert_str_eq(add("id=npmrc")->path, here("npmrc"));
	secret_set_deinit(&set);
	setenv("npmrc", "variable", 1);
	expect_content(add("id=npmrc"), "variable");
	secret_set_deinit(&set);
	ck_assert_str_eq(add("id=npmrc,type=file")->path, here("npmrc"));
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	static const char *const bad[] = {
		"",
		"npmrc",
		"id",
		"id=",
		"src=npmrc",
		"id=../npmrc,src=npmrc",
		"id=a,src=",
		"id=a,src=missing",
		"id=a,env=missing",
		"id=missing",
		"id=npmrc,type=env",
		"id=a,src=npmrc,type=mount",
		"id=a,src=pipe",
		"id=a,target=/x",
		"id=a,src=npmrc,env=HOME",
		"id=a,src=npmrc,",
		"id=twice,src=npmrc",
	};

	add("id=twice,src=npmrc");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(secret_set_add_option(&set, bad[i]) == -EINVAL, "taken: %s", bad[i]);
	ck_assert_uint_eq(set.count, 1);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("secret_set");

	tcase_add_unchecked_fixture(tests, workspace_enter, workspace_leave);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_source_is_a_file_found_from_anywhere);
	tcase_add_test(tests, a_variable_is_copied);
	tcase_add_test(tests, without_a_source_it_is_the_variable_of_that_name_else_the_file);
	tcase_add_test(tests, what_makes_no_sense_is_refused);
	return unit_main(tests, "secret_set");
}
