#include "agentd/histogram.h"

#include "tests/support/unit.h"

static struct histogram histogram;

static void histogram_reset(void)
{
	histogram = (struct histogram){0};
}

START_TEST(nothing_measured_is_zero)
{
	ck_assert_uint_eq(histogram_percentile(&histogram, 50), 0);
	ck_assert_uint_eq(histogram_percentile(&histogram, 100), 0);
}
END_TEST

/* One by one, over the whole range. */
START_TEST(a_duration_comes_out_at_most_seven_percent_off)
{
	for (uint64_t us = 8; us < (uint64_t)1 << 36; us += us / 5 + 1) {
		uint64_t ns = us * 1000;
		uint64_t said;

		histogram_reset();
		histogram_add(&histogram, ns);
		histogram_add(&histogram, ns * 100); /* or max_ns would do */
		said = histogram_percentile(&histogram, 50);
		ck_assert_msg(said >= ns / 100 * 93 && said <= ns / 100 * 107,
			      "%lu is said for %lu", (unsigned long)said, (unsigned long)ns);
	}
}
END_TEST

START_TEST(longer_durations_never_come_out_shorter)
{
	uint64_t before = 0;

	for (uint64_t us = 0; us < 100000; us++) {
		uint64_t said;

		histogram_reset();
		histogram_add(&histogram, us * 1000);
		histogram.max_ns = UINT64_MAX;
		said = histogram_percentile(&histogram, 50);
		ck_assert_uint_ge(said, before);
		before = said;
	}
}
END_TEST

START_TEST(percentiles_divide_a_crowd)
{
	for (uint64_t ms = 1; ms <= 1000; ms++)
		histogram_add(&histogram, ms * 1000000);
	ck_assert_uint_eq(histogram.count, 1000);
	ck_assert_uint_ge(histogram_percentile(&histogram, 50), 465000000);
	ck_assert_uint_le(histogram_percentile(&histogram, 50), 535000000);
	ck_assert_uint_ge(histogram_percentile(&histogram, 99), 920000000);
	ck_assert_uint_le(histogram_percentile(&histogram, 99), 1000000000);
}
END_TEST

START_TEST(one_slow_among_a_hundred_is_not_in_the_99th)
{
	for (int i = 0; i < 99; i++)
		histogram_add(&histogram, 1000000);
	histogram_add(&histogram, 60000000000);
	ck_assert_uint_le(histogram_percentile(&histogram, 99), 1070000);
	ck_assert_uint_ge(histogram_percentile(&histogram, 100), 55000000000);
}
END_TEST

START_TEST(nothing_is_said_to_be_longer_than_the_longest)
{
	histogram_add(&histogram, 970001);
	ck_assert_uint_eq(histogram_percentile(&histogram, 99), 970001);
}
END_TEST

START_TEST(what_lasted_for_ever_is_in_the_last_bucket)
{
	histogram_add(&histogram, UINT64_MAX);
	histogram_add(&histogram, 0);
	ck_assert_uint_eq(histogram.buckets[HISTOGRAM_BUCKETS - 1], 1);
	ck_assert_uint_ge(histogram_percentile(&histogram, 100), (uint64_t)60 * 60 * 1000000000);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("histogram");

	tcase_add_checked_fixture(tests, histogram_reset, NULL);
	tcase_add_test(tests, nothing_measured_is_zero);
	tcase_add_test(tests, a_duration_comes_out_at_most_seven_percent_off);
	tcase_add_test(tests, longer_durations_never_come_out_shorter);
	tcase_add_test(tests, percentiles_divide_a_crowd);
	tcase_add_test(tests, one_slow_among_a_hundred_is_not_in_the_99th);
	tcase_add_test(tests, nothing_is_said_to_be_longer_than_the_longest);
	tcase_add_test(tests, what_lasted_for_ever_is_in_the_last_bucket);
	return unit_main(tests, "histogram");
}
