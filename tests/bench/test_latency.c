#include "bench/latency.h"

#include "tests/support/unit.h"

static void latency_of(struct latency *latency, size_t count)
{
	ck_assert_int_eq(latency_init(latency, count), 0);
	for (size_t i = count; i > 0; i--)
		latency_add(latency, i);
	latency_sort(latency);
}

START_TEST(percentiles_are_nearest_ranks)
{
	struct latency latency;

	latency_of(&latency, 200);
	ck_assert_uint_eq(latency_percentile_ns(&latency, 50), 100);
	ck_assert_uint_eq(latency_percentile_ns(&latency, 99), 198);
	ck_assert_uint_eq(latency_percentile_ns(&latency, 100), 200);
	latency_deinit(&latency);
}
END_TEST

START_TEST(one_sample_is_every_percentile)
{
	struct latency latency;

	latency_of(&latency, 1);
	ck_assert_uint_eq(latency_percentile_ns(&latency, 0), 1);
	ck_assert_uint_eq(latency_percentile_ns(&latency, 50), 1);
	ck_assert_uint_eq(latency_percentile_ns(&latency, 100), 1);
	latency_deinit(&latency);
}
END_TEST

START_TEST(no_sample_is_zero)
{
	struct latency latency;

	latency_of(&latency, 0);
	ck_assert_uint_eq(latency_percentile_ns(&latency, 99), 0);
	latency_deinit(&latency);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("latency");

	tcase_add_test(tests, percentiles_are_nearest_ranks);
	tcase_add_test(tests, one_sample_is_every_percentile);
	tcase_add_test(tests, no_sample_is_zero);
	return unit_main(tests, "latency");
}
