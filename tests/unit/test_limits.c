#include "agentd/limits.h"

#include <errno.h>

#include "tests/support/unit.h"

static struct limits limits;
static char reason[LIMITS_REASON_MAX];

static void limits_reset(void)
{
	limits = limits_default;
}

START_TEST(each_name_sets_its_own_limit)
{
	ck_assert_int_eq(limits_set(&limits, "links", "1", reason), 0);
	ck_assert_int_eq(limits_set(&limits, "links-per-address", "2", reason), 0);
	ck_assert_int_eq(limits_set(&limits, "connections-per-link", "3", reason), 0);
	ck_assert_int_eq(limits_set(&limits, "upstream-per-id", "4", reason), 0);
	ck_assert_int_eq(limits_set(&limits, "login-seconds", "5", reason), 0);
	ck_assert_int_eq(limits_set(&limits, "request-seconds", "6", reason), 0);
	ck_assert_int_eq(limits_set(&limits, "sign-seconds", "7", reason), 0);
	ck_assert_int_eq(limits_set(&limits, "secret-bytes", "8", reason), 0);
	ck_assert_int_eq(limits_set(&limits, "secrets-per-link", "9", reason), 0);
	ck_assert_int_eq(limits_set(&limits, "secret-stall-seconds", "10", reason), 0);
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
	ck_assert_int_eq(limits_set(&limits, "upstream-per-id", "4000", reason), 0);
	ck_assert_uint_eq(limits.upstream_per_id, 4000);
	ck_assert_int_eq(limits_set(&limits, "upstream-per-id", "4001", reason), -ERANGE);
	ck_assert_int_eq(limits_set(&limits, "upstream-per-id", "0", reason), -ERANGE);
	ck_assert_uint_eq(limits.upstream_per_id, 4000);
}
END_TEST

START_TEST(numbers_may_begin_with_any_digit)
{
	char digits[2] = "";

	for (unsigned digit = 1; digit <= 9; digit++) {
		digits[0] = (char)('0' + digit);
		ck_assert_int_eq(limits_set(&limits, "links", digits, reason), 0);
		ck_assert_uint_eq(limits.links, digit);
	}
	ck_assert_int_eq(limits_set(&limits, "links", "010", reason), 0);
	ck_assert_uint_eq(limits.links, 10);
}
END_TEST

START_TEST(what_is_no_number_is_refused)
{
	static const char *const values[] = {
		"",	"x",  "1x",  " 1",  "+1",	  "-1",
		"0x10", "1 ", "1.5", "1e3", "4294967297", "18446744073709551617",
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		reason[0] = '\0';
		ck_assert_msg(limits_set(&limits, "links", values[i], reason) == -ERANGE, "%s",
			      values[i]);
		ck_assert_str_eq(reason, "a number from 1 to 100000");
	}
	ck_assert_uint_eq(limits.links, limits_default.links);
}
END_TEST

START_TEST(names_are_taken_whole)
{
	static const char *const names[] = {"", "link", "linkss", "links-per", "Links"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert_msg(limits_set(&limits, names[i], "1", reason) == -ENOENT, "%s",
			      names[i]);
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
