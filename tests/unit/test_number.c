#include "common/number.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>

#include "tests/support/unit.h"

START_TEST(digits_within_the_bounds_are_a_number)
{
	static const struct {
		const char *text;
		unsigned long value;
	} cases[] = {{"3", 3}, {"007", 7}, {"10", 10}};
	unsigned long value = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_int_eq(number_parse(cases[i].text, 3, 10, &value), 0);
		ck_assert_uint_eq(value, cases[i].value);
	}
	ck_assert_int_eq(number_parse("18446744073709551615", 0, ULONG_MAX, &value), 0);
	ck_assert_uint_eq(value, ULONG_MAX);
}
END_TEST

START_TEST(all_else_is_refused_and_changes_nothing)
{
	static const char *const cases[] = {
		"", "2", "11", "-3", "+3", " 3", "3 ", "3s", "0x3", "3.0", "18446744073709551616",
	};
	unsigned long value = 42;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_int_eq(number_parse(cases[i], 3, 10, &value), -EINVAL);
		ck_assert_uint_eq(value, 42);
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("number");

	tcase_add_test(tests, digits_within_the_bounds_are_a_number);
	tcase_add_test(tests, all_else_is_refused_and_changes_nothing);
	return unit_main(tests, "number");
}
