#include "agentd/limits.h"

#include <errno.h>
#include <stdio.h>

#include "tests/support/unit.h"

static struct limits limits;

static void limits_reset(void)
{
	limits = limits_default;
}

START_TEST(each_name_sets_its_own_limit)
{
	ck_assert_int_eq(limits_apply(&limits, "links=1"), 0);
	ck_assert_int_eq(limits_apply(&limits, "links-per-address=2"), 0);
	ck_assert_int_eq(limits_apply(&limits, "connections-per-link=3"), 0);
	ck_assert_int_eq(limits_apply(&limits, "upstream-per-id=4"), 0);
	ck_assert_int_eq(limits_apply(&limits, "login-seconds=5"), 0);
	ck_assert_int_eq(limits_apply(&limits, "request-seconds=6"), 0);
	ck_assert_int_eq(limits_apply(&limits, "sign-seconds=7"), 0);
	ck_assert_int_eq(limits_apply(&limits, "secret-bytes=8"), 0);
	ck_assert_int_eq(limits_apply(&limits, "secrets-per-link=9"), 0);
	ck_assert_int_eq(limits_apply(&limits, "secret-stall-seconds=10"), 0);
	ck_assert_uint_eq(limits.links, 1);
	ck_assert_uint_eq(limits.links_per_address, 2);
	ck_assert_uint_eq(limits.connections_per_link, 3);
	ck_assert_uint_eq(limits.upstream_per_id, 4);
	ck_assert_uint_eq(limits.login_seconds, 5);
	ck_assert_uint_eq(limits.request_seconds, 6);
	ck_assert_uint_eq(limits.sign_seconds, 7);
	ck_assert_uint_eq(limits.secret_bytes, 8);
	ck_assert_uint_eq(limits.secrets_per_link, 9);
	ck_assert_uint_eq(limits.secret_stall_seconds, 10);
}
END_TEST

START_TEST(the_bounds_of_a_limit_are_taken_and_no_number_beyond)
{
	ck_assert_int_eq(limits_apply(&limits, "upstream-per-id=4000"), 0);
	ck_assert_uint_eq(limits.upstream_per_id, 4000);
	ck_assert_int_eq(limits_apply(&limits, "upstream-per-id=4001"), -ERANGE);
	ck_assert_int_eq(limits_apply(&limits, "upstream-per-id=0"), -ERANGE);
	ck_assert_uint_eq(limits.upstream_per_id, 4000);
}
END_TEST

START_TEST(numbers_may_begin_with_any_digit)
{
	char spec[32];

	for (unsigned digit = 1; digit <= 9; digit++) {
		snprintf(spec, sizeof(spec), "links=%u", digit);
		ck_assert_int_eq(limits_apply(&limits, spec), 0);
		ck_assert_uint_eq(limits.links, digit);
	}
	ck_assert_int_eq(limits_apply(&limits, "links=010"), 0);
	ck_assert_uint_eq(limits.links, 10);
}
END_TEST

START_TEST(what_is_no_number_is_refused)
{
	static const char *const specs[] = {
		"links",
		"links=",
		"links=x",
		"links=1x",
		"links= 1",
		"links=+1",
		"links=-1",
		"links=0x10",
		"links=1 ",
		"links=1.5",
		"links=1e3",
		"links=4294967297",
		"links=18446744073709551617",
	};

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		ck_assert_msg(limits_apply(&limits, specs[i]) == -ERANGE, "%s", specs[i]);
	ck_assert_uint_eq(limits.links, limits_default.links);
}
END_TEST

START_TEST(names_are_taken_whole)
{
	static const char *const specs[] = {"",		"=1",	       "link=1",
					    "linkss=1", "links-per=1", "Links=1"};

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		ck_assert_msg(limits_apply(&limits, specs[i]) == -ENOENT, "%s", specs[i]);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("limits");

	tcase_add_checked_fixture(tests, limits_reset, NULL);
	tcase_add_test(tests, each_name_sets_its_own_limit);
	tcase_add_test(tests, the_bounds_of_a_limit_are_taken_and_no_number_beyond);
	tcase_add_test(tests, numbers_may_begin_with_any_digit);
	tcase_add_test(tests, what_is_no_number_is_refused);
	tcase_add_test(tests, names_are_taken_whole);
	return unit_main(tests, "limits");
}
