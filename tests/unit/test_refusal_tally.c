/*
 * How often builds were refused, for some minutes; a table that is full forgets who matters least.
 */
#include "agentd/refusal_tally.h"

#include <stdio.h>

#include "tests/support/unit.h"

static struct refusal_tally tally;

static void setup(void)
{
	tally = (struct refusal_tally){0};
}

static const struct grant *build(unsigned number, unsigned port)
{
	static struct grant grant;

	snprintf(grant.peer, sizeof(grant.peer), "10.0.%u.%u:%u", number / 256, number % 256, port);
	return &grant;
}

START_TEST(refusals_of_a_build_add_up_whatever_the_link)
{
	ck_assert_uint_eq(refusal_tally_add(&tally, build(1, 1), 5), 1);
	ck_assert_uint_eq(refusal_tally_add(&tally, build(1, 2), 6), 2);
	ck_assert_uint_eq(refusal_tally_count(&tally, build(1, 3), 6), 2);
	ck_assert_uint_eq(refusal_tally_count(&tally, build(2, 1), 6), 0);
}
END_TEST

START_TEST(a_yes_is_a_new_beginning)
{
	refusal_tally_forget(&tally, build(1, 1));
	refusal_tally_add(&tally, build(1, 1), 5);
	refusal_tally_add(&tally, build(2, 1), 5);
	refusal_tally_forget(&tally, build(1, 9));
	ck_assert_uint_eq(refusal_tally_count(&tally, build(1, 1), 5), 0);
	ck_assert_uint_eq(refusal_tally_count(&tally, build(2, 1), 5), 1);
	ck_assert_uint_eq(refusal_tally_add(&tally, build(1, 1), 6), 1);
}
END_TEST

START_TEST(after_ten_minutes_from_the_first_all_is_forgotten)
{
	const uint64_t end_ms = 5 + REFUSAL_TALLY_WINDOW_MS;

	refusal_tally_add(&tally, build(1, 1), 5);
	refusal_tally_add(&tally, build(1, 1), 6);
	ck_assert_uint_eq(refusal_tally_count(&tally, build(1, 1), end_ms - 1), 2);
	ck_assert_uint_eq(refusal_tally_count(&tally, build(1, 1), end_ms), 0);
	ck_assert_uint_eq(refusal_tally_add(&tally, build(1, 1), end_ms), 1);
}
END_TEST

START_TEST(a_full_table_forgets_those_with_the_fewest)
{
	for (int i = 0; i < 5; i++)
		refusal_tally_add(&tally, build(0, 1), 5);
	for (unsigned i = 1; i <= 3 * REFUSAL_TALLY_ENTRIES; i++)
		ck_assert_uint_eq(refusal_tally_add(&tally, build(i, 1), 6), 1);
	ck_assert_uint_eq(refusal_tally_count(&tally, build(0, 1), 6), 5);
	ck_assert_uint_eq(refusal_tally_count(&tally, build(3 * REFUSAL_TALLY_ENTRIES, 1), 6), 1);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("refusal_tally");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, refusals_of_a_build_add_up_whatever_the_link);
	tcase_add_test(tests, a_yes_is_a_new_beginning);
	tcase_add_test(tests, after_ten_minutes_from_the_first_all_is_forgotten);
	tcase_add_test(tests, a_full_table_forgets_those_with_the_fewest);
	return unit_main(tests, "refusal_tally");
}
