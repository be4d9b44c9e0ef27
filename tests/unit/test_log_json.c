#include "agentd/log_json.h"

#include <jansson.h>
#include <string.h>

#include "tests/support/unit.h"

static char line[LOG_JSON_LINE_MIN];

/* What is written, parsed: one object, one line, ASCII. The caller's. */
__attribute__((format(printf, 2, 3))) static json_t *written(enum log_level level,
							     const char *format, ...)
{
	json_t *object;
	va_list args;
	size_t len;
	unsigned bad = 0; /* check takes its time over each assertion */

	va_start(args, format);
	len = log_json_write(level, format, args, line, sizeof(line));
	va_end(args);
	ck_assert_uint_gt(len, 1);
	ck_assert_uint_le(len, sizeof(line));
	ck_assert_int_eq(line[len - 1], '\n');
	for (size_t i = 0; i < len - 1; i++)
		bad += line[i] < 0x20 || line[i] >= 0x7f;
	ck_assert_uint_eq(bad, 0);
	object = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_ptr_nonnull(object);
	return object;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "(none)";
}

START_TEST(line_has_time_level_message_and_a_member_for_each_key)
{
	json_t *object = written(LOG_LEVEL_INFO, "%s id=%s user=\"%s\" links=%u ms=%.1f", "signed",
				 "projecta", "git", 7U, 12.34);
	static const char order[] = "\",\"level\":\"info\",\"message\":\"signed\","
				    "\"id\":\"projecta\",\"user\":\"git\",\"links\":7,\"ms\":12.3}";

	ck_assert_ptr_nonnull(strstr(line, order));
	ck_assert_uint_eq(strlen(text_of(object, "time")), strlen("2026-11-24T22:55:36.123Z"));
	ck_assert_uint_eq(json_object_size(object), 7);
	json_decref(object);
}
END_TEST

START_TEST(levels_have_the_names_of_the_option)
{
	static const char *const names[] = {"error", "warn", "info", "debug"};

	for (int level = LOG_LEVEL_ERROR; level <= LOG_LEVEL_DEBUG; level++) {
		json_t *object = written((enum log_level)level, "m");

		ck_assert_str_eq(text_of(object, "level"), names[level]);
		json_decref(object);
	}
}
END_TEST

START_TEST(keys_and_values_leave_the_message)
{
	json_t *object = written(LOG_LEVEL_WARN, "refused kind=%s id=%s peer=%s: %s%s", "sign", "a",
				 "unix:1", "it is", " not a login");

	ck_assert_str_eq(text_of(object, "message"), "refused: it is not a login");
	json_decref(object);
	object = written(LOG_LEVEL_WARN, "id=%s peer=%s: connection ended: %s", "a", "b", "lost");
	ck_assert_str_eq(text_of(object, "message"), "connection ended: lost");
	ck_assert_str_eq(text_of(object, "id"), "a");
	json_decref(object);
	object = written(LOG_LEVEL_INFO, "offering id=%s from key files", "a");
	ck_assert_str_eq(text_of(object, "message"), "offering from key files");
	json_decref(object);
}
END_TEST

START_TEST(what_a_stranger_names_like_a_key_is_none)
{
	json_t *object = written(LOG_LEVEL_INFO, "link ended peer=%s: %s", "a token=root level=1",
				 "user=root\",\"verdict\":\"signed\" id=b");

	ck_assert_str_eq(text_of(object, "peer"), "a token=root level=1");
	ck_assert_str_eq(text_of(object, "level"), "info");
	ck_assert_str_eq(text_of(object, "message"),
			 "link ended: user=root\",\"verdict\":\"signed\" id=b");
	ck_assert_uint_eq(json_object_size(object), 4);
	json_decref(object);
}
END_TEST

START_TEST(names_of_variables_and_percent_signs_are_text)
{
	json_t *object =
		written(LOG_LEVEL_INFO, "LISTEN_FDS=%s: load=%%5 a==%s b= %d", "3", "x", 1);

	ck_assert_str_eq(text_of(object, "message"), "LISTEN_FDS=3: load=%5 a==x b= 1");
	ck_assert_uint_eq(json_object_size(object), 3);
	json_decref(object);
}
END_TEST

START_TEST(values_with_lengths_and_widths_are_found)
{
	json_t *object = written(LOG_LEVEL_INFO, "m %s a=%.*s b=%05lu c=%-8s d=%lld", "is", 3,
				 "abcdef", 42UL, "x", -5LL);

	ck_assert_str_eq(text_of(object, "message"), "m is");
	ck_assert_str_eq(text_of(object, "a"), "abc");
	ck_assert_int_eq(json_integer_value(json_object_get(object, "b")), 42);
	ck_assert_str_eq(text_of(object, "c"), "x       ");
	ck_assert_int_eq(json_integer_value(json_object_get(object, "d")), -5);
	json_decref(object);
}
END_TEST

START_TEST(any_two_bytes_make_a_line)
{
	unsigned bad = 0;

	for (unsigned i = 0; i < 65536; i += 7) {
		const char pair[] = {(char)(i >> 8 != 0 ? i >> 8 : 1), (char)(i & 0xff), '\0'};
		json_t *object = written(LOG_LEVEL_INFO, "m peer=%s", pair);

		bad += json_object_size(object) != 4;
		json_decref(object);
	}
	ck_assert_uint_eq(bad, 0);
}
END_TEST

START_TEST(bytes_that_are_no_text_are_spelled_out)
{
	json_t *object = written(LOG_LEVEL_INFO, "m peer=%s", "a\xff\xc3\xb6\x1b");

	ck_assert_str_eq(text_of(object, "peer"), "a\\xff\xc3\xb6\x1b");
	json_decref(object);
}
END_TEST

START_TEST(line_of_any_length_is_cut_and_says_so)
{
	static char long_text[8192];
	static const char fillers[] = {'x', '\x01', '\xff', '"'};

	for (size_t f = 0; f < sizeof(fillers); f++) {
		for (size_t len = 1; len < sizeof(long_text); len += 1 + len / 8) {
			json_t *object;

			memset(long_text, fillers[f], len);
			long_text[len] = '\0';
			object = written(LOG_LEVEL_INFO, "m peer=%s links=%d: %s", long_text, 1234,
					 long_text);
			ck_assert_int_eq(json_is_true(json_object_get(object, "cut")),
					 json_object_get(object, "cut") != NULL);
			if (!json_is_true(json_object_get(object, "cut")))
				ck_assert_int_eq(
					json_integer_value(json_object_get(object, "links")), 1234);
			else if (len > 2048)
				ck_assert(json_is_null(json_object_get(object, "links")));
			if (len > 2048)
				ck_assert(json_is_true(json_object_get(object, "cut")));
			json_decref(object);
		}
	}
}
END_TEST

START_TEST(number_that_is_cut_is_none)
{
	char text[2048];
	json_t *object;

	memset(text, 'x', sizeof(text));
	text[2047 - strlen("m a= b=12")] = '\0';
	object = written(LOG_LEVEL_INFO, "m a=%s b=%d", text, 1234);
	ck_assert(json_is_true(json_object_get(object, "cut")));
	ck_assert(json_is_null(json_object_get(object, "b")));
	json_decref(object);
	object = written(LOG_LEVEL_INFO, "m a=%s b=%d", text, 12);
	ck_assert_ptr_null(json_object_get(object, "cut"));
	ck_assert_int_eq(json_integer_value(json_object_get(object, "b")), 12);
	json_decref(object);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("log_json");

	tcase_add_test(tests, line_has_time_level_message_and_a_member_for_each_key);
	tcase_add_test(tests, levels_have_the_names_of_the_option);
	tcase_add_test(tests, keys_and_values_leave_the_message);
	tcase_add_test(tests, what_a_stranger_names_like_a_key_is_none);
	tcase_add_test(tests, names_of_variables_and_percent_signs_are_text);
	tcase_add_test(tests, values_with_lengths_and_widths_are_found);
	tcase_add_test(tests, any_two_bytes_make_a_line);
	tcase_add_test(tests, bytes_that_are_no_text_are_spelled_out);
	tcase_add_test(tests, line_of_any_length_is_cut_and_says_so);
	tcase_add_test(tests, number_that_is_cut_is_none);
	return unit_main(tests, "log_json");
}
