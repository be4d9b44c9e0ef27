#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <threads.h>
#include <unistd.h>

#include "tests/support/exact.h"
#include "tests/support/stderr_pipe.h"
#include "tests/support/unit.h"

enum { LINE_MAX_LEN = 2047 };

START_TEST(line_has_program_message_and_newline)
{
	log_init("prog", LOG_LEVEL_INFO);
	stderr_pipe_begin();
	log_info("started port=%d", 2522);
	ck_assert_str_eq(stderr_pipe_end(), "prog: started port=2522\n");
	stderr_pipe_begin();
	log_warn("careful");
	ck_assert_str_eq(stderr_pipe_end(), "prog: warning: careful\n");
}
END_TEST

START_TEST(level_lets_through_itself_and_what_is_graver)
{
	static const char *const expected[] = {
		"p: e\n",
		"p: e\np: warning: w\n",
		"p: e\np: warning: w\np: i\n",
		"p: e\np: warning: w\np: i\np: d\n",
	};

	for (int level = LOG_LEVEL_ERROR; level <= LOG_LEVEL_DEBUG; level++) {
		log_init("p", (enum log_level)level);
		stderr_pipe_begin();
		log_error("e");
		log_warn("w");
		log_info("i");
		log_debug("d");
		ck_assert_str_eq(stderr_pipe_end(), expected[level]);
		ck_assert(log_is_on(LOG_LEVEL_ERROR));
		ck_assert(log_is_on((enum log_level)level));
		ck_assert(level == LOG_LEVEL_DEBUG || !log_is_on((enum log_level)(level + 1)));
	}
}
END_TEST

START_TEST(line_of_any_length_is_cut_but_ends_in_one_newline)
{
	static char message[4096];
	size_t head_len = strlen("p: ");

	log_init("p", LOG_LEVEL_INFO);
	for (size_t len = LINE_MAX_LEN - head_len - 5; len < sizeof(message);
	     len += 1 + len / 1000) {
		const char *line;
		size_t line_len;

		memset(message, 'x', len);
		message[len] = '\0';
		stderr_pipe_begin();
		log_info("%s", message);
		line = stderr_pipe_end();
		line_len = strlen(line);
		if (head_len + len + 1 <= LINE_MAX_LEN)
			ck_assert_uint_eq(line_len, head_len + len + 1);
		else
			ck_assert_uint_eq(line_len, LINE_MAX_LEN);
		ck_assert_ptr_eq(strchr(line, '\n'), line + line_len - 1);
	}
}
END_TEST

START_TEST(level_names_are_those_of_the_option)
{
	static const char *const names[] = {"error", "warn", "info", "debug"};
	enum log_level level = LOG_LEVEL_WARN;

	ck_assert_int_eq(log_parse_level("loud", &level), -EINVAL);
	ck_assert_int_eq(log_parse_level("", &level), -EINVAL);
	ck_assert_int_eq(log_parse_level("Error", &level), -EINVAL);
	ck_assert_int_eq(level, LOG_LEVEL_WARN);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(log_parse_level(names[i], &level), 0);
		ck_assert_int_eq(level, i);
	}
}
END_TEST

START_TEST(each_byte_is_escaped_or_printable_as_it_is)
{
	for (unsigned value = 0; value < 256; value++) {
		uint8_t byte = (uint8_t)value;
		struct byte_view input = exact_copy(&byte, 1);
		char expected[8];
		char *text = malloc(LOG_ESCAPED_MAX);

		if (value >= ' ' && value <= '~' && value != '"' && value != '\\')
			snprintf(expected, sizeof(expected), "%c", (int)value);
		else
			snprintf(expected, sizeof(expected), "\\x%02x", value);
		ck_assert_str_eq(log_escape(input, text), expected);
		free(text);
		exact_free(input);
	}
}
END_TEST

START_TEST(input_of_any_length_fits_and_says_where_it_was_cut)
{
	static uint8_t in[600];

	for (size_t len = 0; len < sizeof(in); len++) {
		char *text = malloc(LOG_ESCAPED_MAX);
		struct byte_view input;
		size_t text_len;

		memset(in, _i, sizeof(in));
		input = exact_copy(in, len);
		log_escape(input, text);
		text_len = strlen(text);
		ck_assert_uint_lt(text_len, LOG_ESCAPED_MAX);
		if (text_len < len * (_i == 'x' ? 1 : 4)) {
			ck_assert_uint_gt(text_len, LOG_ESCAPED_MAX - 12);
			ck_assert_str_eq(text + text_len - 3, "...");
			ck_assert_int_eq(text[0], _i == 'x' ? 'x' : '\\');
		}
		free(text);
		exact_free(input);
	}
}
END_TEST

/* Fills what the pipe holds, as a reader does who went to sleep. */
static void fill_pipe(void)
{
	static const char block[4096];

	while (write(stderr_pipe[1], block, sizeof(block)) > 0)
		;
}

START_TEST(full_stderr_holds_nobody_up_and_is_counted)
{
	char line[256];
	ssize_t len;

	log_init("prog", LOG_LEVEL_INFO);
	stderr_pipe_begin();
	fill_pipe();
	/* Left alone the pipe is as blocking as any. */
	ck_assert_int_eq(fcntl(stderr_pipe[1], F_SETFL, 0), 0);
	for (int i = 0; i < 1000; i++)
		log_info("unread");
	while (read(stderr_pipe[0], stderr_text, sizeof(stderr_text)) > 0)
		;
	log_info("read");
	len = read(stderr_pipe[0], line, sizeof(line) - 1);
	line[len > 0 ? len : 0] = '\0';
	stderr_pipe_end();
	ck_assert_str_eq(line, "prog: warning: 1000 lines are missing here: nobody read\n"
			       "prog: read\n");
}
END_TEST

START_TEST(errno_outlives_a_line)
{
	stderr_pipe_begin();
	close(STDERR_FILENO);
	errno = ENOENT;
	log_error("where is it?");
	ck_assert_int_eq(errno, ENOENT);
	stderr_pipe_end();
}
END_TEST

START_TEST(gathered_lines_are_one_write)
{
	log_init("p", LOG_LEVEL_INFO);
	stderr_pipe_begin();
	log_gather(true);
	ck_assert(!log_has_gathered());
	log_info("one");
	log_info("two");
	ck_assert(log_has_gathered());
	ck_assert_int_eq(read(stderr_pipe[0], stderr_text, sizeof(stderr_text)), -1);
	errno = ENOENT;
	log_flush();
	ck_assert_int_eq(errno, ENOENT);
	ck_assert(!log_has_gathered());
	ck_assert_str_eq(stderr_pipe_end(), "p: one\np: two\n");
	log_gather(false);
}
END_TEST

START_TEST(warning_takes_what_was_gathered_along)
{
	log_init("p", LOG_LEVEL_INFO);
	stderr_pipe_begin();
	log_gather(true);
	log_info("one");
	log_warn("two");
	ck_assert(!log_has_gathered());
	log_error("three");
	log_gather(false);
	ck_assert_str_eq(stderr_pipe_end(), "p: one\np: warning: two\np: three\n");
}
END_TEST

START_TEST(end_of_gathering_writes_the_rest_and_then_each_line)
{
	log_init("p", LOG_LEVEL_INFO);
	stderr_pipe_begin();
	log_gather(true);
	log_info("one");
	log_gather(false);
	log_info("two");
	ck_assert(!log_has_gathered());
	ck_assert_str_eq(stderr_pipe_end(), "p: one\np: two\n");
}
END_TEST

START_TEST(more_than_fits_into_a_write_is_whole_and_in_order)
{
	enum { LINE_COUNT = 500, LINE_LEN = 40 };
	static char all[LINE_COUNT * LINE_LEN + 1];
	static char expected[sizeof(all)];
	size_t len = 0, expected_len = 0;
	ssize_t got;

	log_init("p", LOG_LEVEL_INFO);
	stderr_pipe_begin();
	log_gather(true);
	for (int i = 0; i < LINE_COUNT; i++) {
		log_info("line %d of many", i);
		expected_len += (size_t)snprintf(expected + expected_len, LINE_LEN,
						 "p: line %d of many\n", i);
	}
	ck_assert(log_has_gathered());
	log_gather(false);
	while ((got = read(stderr_pipe[0], all + len, sizeof(all) - 1 - len)) > 0)
		len += (size_t)got;
	stderr_pipe_end();
	ck_assert_str_eq(all, expected);
}
END_TEST

START_TEST(gathered_lines_that_nobody_reads_are_all_counted)
{
	log_init("p", LOG_LEVEL_INFO);
	stderr_pipe_begin();
	fill_pipe();
	log_gather(true);
	for (int i = 0; i < 3; i++)
		log_info("unread");
	log_flush();
	ck_assert(!log_has_gathered());
	while (read(stderr_pipe[0], stderr_text, sizeof(stderr_text)) > 0)
		;
	log_info("read");
	log_gather(false);
	ck_assert_str_eq(stderr_pipe_end(), "p: warning: 3 lines are missing here: nobody read\n"
					    "p: read\n");
}
END_TEST

static int log_in_thread(void *unused)
{
	(void)unused;
	ck_assert(!log_has_gathered());
	log_info("other");
	log_flush();
	return 0;
}

START_TEST(other_threads_write_at_once)
{
	thrd_t thread;

	log_init("p", LOG_LEVEL_INFO);
	stderr_pipe_begin();
	log_gather(true);
	log_info("gathered");
	ck_assert_int_eq(thrd_create(&thread, log_in_thread, NULL), thrd_success);
	thrd_join(thread, NULL);
	log_gather(false);
	ck_assert_str_eq(stderr_pipe_end(), "p: other\np: gathered\n");
}
END_TEST

START_TEST(line_is_one_line_whatever_is_in_it)
{
	log_init("p", LOG_LEVEL_INFO);
	stderr_pipe_begin();
	log_info("a\nb\033[2J\x7f\xc3\xa9 \r%s", "\t");
	ck_assert_str_eq(stderr_pipe_end(), "p: a?b?[2J?\xc3\xa9 ??\n");
}
END_TEST

static void put_number(const void *data)
{
	log_info("number %d", *(const int *)data);
}

static void put_number_later(int number)
{
	log_later(put_number, &number, sizeof(number));
}

START_TEST(line_made_later_has_its_place_and_what_it_was_given)
{
	log_init("p", LOG_LEVEL_INFO);
	stderr_pipe_begin();
	log_gather(true);
	put_number_later(1);
	ck_assert(log_has_gathered());
	log_debug("of no interest");
	put_number_later(2);
	log_info("between");
	put_number_later(3);
	log_catch_up();
	log_catch_up();
	put_number_later(4);
	log_flush();
	ck_assert(!log_has_gathered());
	put_number_later(5);
	log_gather(false);
	ck_assert_str_eq(stderr_pipe_end(), "p: number 1\np: number 2\np: between\np: number 3\n"
					    "p: number 4\np: number 5\n");
}
END_TEST

static int log_later_in_thread(void *unused)
{
	(void)unused;
	log_catch_up();
	put_number_later(2);
	return 0;
}

START_TEST(line_is_not_made_later_where_none_is_gathered)
{
	thrd_t thread;

	log_init("p", LOG_LEVEL_INFO);
	stderr_pipe_begin();
	put_number_later(1);
	ck_assert_str_eq(stderr_pipe_take(), "p: number 1\n");
	log_gather(true);
	put_number_later(3);
	ck_assert_int_eq(thrd_create(&thread, log_later_in_thread, NULL), thrd_success);
	thrd_join(thread, NULL);
	log_gather(false);
	ck_assert_str_eq(stderr_pipe_end(), "p: number 2\np: number 3\n");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("log");

	tcase_add_test(tests, line_has_program_message_and_newline);
	tcase_add_test(tests, level_lets_through_itself_and_what_is_graver);
	tcase_add_test(tests, line_of_any_length_is_cut_but_ends_in_one_newline);
	tcase_add_test(tests, level_names_are_those_of_the_option);
	tcase_add_test(tests, each_byte_is_escaped_or_printable_as_it_is);
	tcase_add_loop_test(tests, input_of_any_length_fits_and_says_where_it_was_cut, 'x',
			    'x' + 1);
	tcase_add_loop_test(tests, input_of_any_length_fits_and_says_where_it_was_cut, 0, 1);
	tcase_add_test(tests, full_stderr_holds_nobody_up_and_is_counted);
	tcase_add_test(tests, errno_outlives_a_line);
	tcase_add_test(tests, gathered_lines_are_one_write);
	tcase_add_test(tests, warning_takes_what_was_gathered_along);
	tcase_add_test(tests, end_of_gathering_writes_the_rest_and_then_each_line);
	tcase_add_test(tests, more_than_fits_into_a_write_is_whole_and_in_order);
	tcase_add_test(tests, gathered_lines_that_nobody_reads_are_all_counted);
	tcase_add_test(tests, other_threads_write_at_once);
	tcase_add_test(tests, line_is_one_line_whatever_is_in_it);
	tcase_add_test(tests, line_made_later_has_its_place_and_what_it_was_given);
	tcase_add_test(tests, line_is_not_made_later_where_none_is_gathered);
	return unit_main(tests, "log");
}
