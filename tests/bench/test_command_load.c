#include "bench/command_load.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/load.h"
#include "tests/support/unit.h"

static const char script_path[] = "./command_load.test";

static void write_script(const char *text)
{
	FILE *file = fopen(script_path, "w");

	ck_assert_ptr_nonnull(file);
	fprintf(file, "#!/bin/sh\n%s\n", text);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(script_path, 0700), 0);
}

static int run_script(const char *text, size_t times, struct latency *latency)
{
	int err;

	write_script(text);
	err = command_load_run(script_path, times, latency);
	unlink(script_path);
	return err;
}

START_TEST(each_run_is_timed_to_its_end)
{
	struct latency latency;
	uint64_t started_ns = load_now_ns();

	ck_assert_int_eq(latency_init(&latency, 3), 0);
	ck_assert_int_eq(run_script("sleep 0.05", 3, &latency), 0);
	ck_assert_uint_eq(latency.count, 3);
	for (size_t i = 0; i < latency.count; i++) {
		ck_assert_uint_ge(latency.samples_ns[i], 50000000);
		ck_assert_uint_lt(latency.samples_ns[i], load_now_ns() - started_ns);
	}
	latency_deinit(&latency);
}
END_TEST

/* What it does after the moment that it names does not count. */
START_TEST(a_run_is_timed_to_the_moment_it_names)
{
	struct latency latency;
	char text[128];
	uint64_t named_ns = load_now_ns() + 20000000;

	ck_assert_int_eq(latency_init(&latency, 1), 0);
	snprintf(text, sizeof(text), "echo op=x finished_ns=%llu; sleep 0.3",
		 (unsigned long long)named_ns);
	ck_assert_int_eq(run_script(text, 1, &latency), 0);
	ck_assert_uint_eq(latency.count, 1);
	ck_assert_uint_le(latency.samples_ns[0], 20000000);
	latency_deinit(&latency);
}
END_TEST

START_TEST(a_run_that_fails_is_no_figure)
{
	struct latency latency;

	ck_assert_int_eq(latency_init(&latency, 2), 0);
	ck_assert_int_eq(run_script("exit 3", 1, &latency), -ECANCELED);
	ck_assert_int_eq(run_script("echo x finished_ns=1", 1, &latency), -ECANCELED);
	ck_assert_int_eq(command_load_run("./there-is-no-such-program", 1, &latency), -ENOENT);
	ck_assert_uint_eq(latency.count, 0);
	latency_deinit(&latency);
}
END_TEST

START_TEST(words_are_arguments)
{
	write_script("test \"$1:$2:$#\" = a:b:2");
	ck_assert_int_eq(command_load_run("./command_load.test a  b", 1, NULL), 0);
	ck_assert_int_eq(command_load_run("./command_load.test a", 1, NULL), -ECANCELED);
	ck_assert_int_eq(command_load_run(" ", 1, NULL), -EINVAL);
	unlink(script_path);
}
END_TEST

START_TEST(more_output_than_is_kept_does_no_harm)
{
	ck_assert_int_eq(run_script("head -c 200000 /dev/zero", 1, NULL), 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("command_load");

	tcase_add_test(tests, each_run_is_timed_to_its_end);
	tcase_add_test(tests, a_run_is_timed_to_the_moment_it_names);
	tcase_add_test(tests, a_run_that_fails_is_no_figure);
	tcase_add_test(tests, words_are_arguments);
	tcase_add_test(tests, more_output_than_is_kept_does_no_harm);
	return unit_main(tests, "command_load");
}
