#include "shim/secret_option.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/unit.h"

static struct secret_option option;
static char error[1024];

static int parse(const char *spec)
{
	error[0] = '\0';
	return secret_option_parse(spec, &option, error, sizeof(error));
}

START_TEST(an_id_alone_has_the_defaults)
{
	ck_assert_int_eq(parse("npmrc"), 0);
	ck_assert_str_eq(option.id, "npmrc");
	ck_assert_str_eq(option.target, "/run/secrets/npmrc");
	ck_assert_str_eq(option.env, "");
	ck_assert(option.is_required);
	ck_assert_uint_eq(option.mode, 0400);
	ck_assert(!option.has_uid && !option.has_gid);
}
END_TEST

START_TEST(every_word_is_taken)
{
	ck_assert_int_eq(parse("npmrc,target=~/.npmrc,required=false,mode=0640,uid=1000,gid=0"), 0);
	ck_assert_str_eq(option.target, "~/.npmrc");
	ck_assert(!option.is_required);
	ck_assert_uint_eq(option.mode, 0640);
	ck_assert(option.has_uid && option.has_gid);
	ck_assert_uint_eq(option.uid, 1000);
	ck_assert_uint_eq(option.gid, 0);
	ck_assert_int_eq(parse("id=npmrc,dst=a/b,required=TRUE"), 0);
	ck_assert_str_eq(option.id, "npmrc");
	ck_assert_str_eq(option.target, "a/b");
	ck_assert_int_eq(parse("destination=/x,id=a,required"), 0);
	ck_assert_str_eq(option.target, "/x");
	ck_assert(option.is_required);
}
END_TEST

/* As with RUN --mount=type=secret. */
START_TEST(a_variable_is_in_the_place_of_the_file_unless_both_are_named)
{
	ck_assert_int_eq(parse("npmrc,env=TOKEN_1"), 0);
	ck_assert_str_eq(option.env, "TOKEN_1");
	ck_assert_str_eq(option.target, "");
	ck_assert_int_eq(parse("npmrc,env=_T,target=/x"), 0);
	ck_assert_str_eq(option.env, "_T");
	ck_assert_str_eq(option.target, "/x");
}
END_TEST

START_TEST(what_makes_no_sense_is_refused_with_a_reason)
{
	static const char *const bad[] = {
		"",
		"id=",
		"../npmrc",
		".npmrc",
		"a,b",
		"a,id=b",
		"a,target=",
		"a,target=/x/",
		"a,target=..",
		"a,target=x/.",
		"a,target=~",
		"a,required=yes",
		"a,mode=rw",
		"a,mode=0200",
		"a,mode=01000",
		"a,mode=",
		"a,uid=root",
		"a,uid=-1",
		"a,gid=4294967295",
		"a,env=",
		"a,env=1X",
		"a,env=A-B",
		"a,env=A=B",
		"a,type=secret",
		"a,,",
		"target=/x",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		option.mode = 0777;
		ck_assert_msg(parse(bad[i]) == -EINVAL, "taken: %s", bad[i]);
		ck_assert_uint_eq(option.mode, 0777);
		ck_assert_int_eq(strncmp(error, "--secret ", 9), 0);
		ck_assert_uint_gt(strlen(error), strlen("--secret : ") + strlen(bad[i]));
	}
}
END_TEST

START_TEST(what_is_too_long_is_refused)
{
	char spec[4096];

	snprintf(spec, sizeof(spec), "a,target=/%0*d", SECRET_TARGET_SIZE - 2, 7);
	ck_assert_int_eq(parse(spec), 0);
	snprintf(spec, sizeof(spec), "a,target=/%0*d", SECRET_TARGET_SIZE - 1, 7);
	ck_assert_int_eq(parse(spec), -EINVAL);
	snprintf(spec, sizeof(spec), "a,target=/%0*d", 4000, 7);
	ck_assert_int_eq(parse(spec), -EINVAL);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("secret_option");

	tcase_add_test(tests, an_id_alone_has_the_defaults);
	tcase_add_test(tests, every_word_is_taken);
	tcase_add_test(tests, a_variable_is_in_the_place_of_the_file_unless_both_are_named);
	tcase_add_test(tests, what_makes_no_sense_is_refused_with_a_reason);
	tcase_add_test(tests, what_is_too_long_is_refused);
	return unit_main(tests, "shim_secret_option");
}
