#include "common/utf8.h"

#include <string.h>

#include "common/json_string.h"
#include "tests/support/unit.h"

enum { ESCAPED_MAX = 512 };

static struct byte_view bytes(const char *text, size_t len)
{
	return (struct byte_view){(const uint8_t *)text, len};
}

/* All of text is one character, or not even its first byte begins one. */
static void expect(const char *text, size_t len, bool is_good, uint32_t code_point)
{
	struct byte_view rest = bytes(text, len);
	uint32_t seen;

	ck_assert_int_eq(utf8_next(&rest, &seen), is_good);
	ck_assert_uint_eq(seen, is_good ? code_point : (uint8_t)text[0]);
	ck_assert_uint_eq(rest.len, is_good ? 0 : len - 1);
}

START_TEST(characters_of_every_length_are_read)
{
	expect("A", 1, true, 'A');
	expect("\0", 1, true, 0);
	expect("\xc3\xb6", 2, true, 0xf6);
	expect("\xe2\x82\xac", 3, true, 0x20ac);
	expect("\xf0\x9f\x98\x80", 4, true, 0x1f600);
	expect("\xf4\x8f\xbf\xbf", 4, true, 0x10ffff);
}
END_TEST

START_TEST(overlong_forms_are_none)
{
	expect("\xc0\x80", 2, false, 0);
	expect("\xc1\xbf", 2, false, 0);
	expect("\xe0\x9f\xbf", 3, false, 0);
	expect("\xf0\x8f\xbf\xbf", 4, false, 0);
}
END_TEST

START_TEST(surrogates_and_what_lies_past_the_end_are_none)
{
	expect("\xed\xa0\x80", 3, false, 0);
	expect("\xed\xbf\xbf", 3, false, 0);
	expect("\xf4\x90\x80\x80", 4, false, 0);
	expect("\xf8\x88\x80\x80\x80", 5, false, 0);
	expect("\xff", 1, false, 0);
}
END_TEST

START_TEST(truncated_and_broken_characters_are_none)
{
	expect("\x80", 1, false, 0);
	expect("\xc3", 1, false, 0);
	expect("\xe2\x82", 2, false, 0);
	expect("\xf0\x9f\x98", 3, false, 0);
	expect("\xc3(", 2, false, 0);
	expect("\xe2\x82(", 3, false, 0);
}
END_TEST

static void expect_escaped(const char *text, size_t len, const char *escaped)
{
	char out[ESCAPED_MAX];

	ck_assert_uint_eq(json_string_escape(bytes(text, len), out, sizeof(out)), strlen(escaped));
	ck_assert_str_eq(out, escaped);
}

START_TEST(text_is_escaped_for_json)
{
	expect_escaped("plain", 5, "plain");
	expect_escaped("a\"b\\c\nd\te", 9, "a\\\"b\\\\c\\nd\\u0009e");
	expect_escaped("\0\x7f", 2, "\\u0000\\u007f");
	expect_escaped("\xc3\xb6\xf0\x9f\x98\x80", 6, "\\u00f6\\ud83d\\ude00");
}
END_TEST

START_TEST(bytes_that_are_no_text_are_spelled_out)
{
	expect_escaped("a\xff\xc3", 3, "a\\\\xff\\\\xc3");
}
END_TEST

/* Printable ASCII, with no quote in it but an escaped one. */
static bool is_inside_of_string(const char *text)
{
	bool is_escaped = false;

	for (const char *c = text; *c != '\0'; c++) {
		if (*c < 0x20 || *c >= 0x7f || (*c == '"' && !is_escaped))
			return false;
		is_escaped = !is_escaped && *c == '\\';
	}
	return !is_escaped;
}

/* Of any two bytes, alone, at the end of a buffer. */
START_TEST(any_bytes_make_the_inside_of_a_string)
{
	unsigned bad = 0; /* check takes its time over each assertion */

	for (unsigned i = 0; i < 65536; i++) {
		const uint8_t pair[] = {(uint8_t)(i >> 8), (uint8_t)i};
		uint8_t *heap = malloc(sizeof(pair));
		char out[ESCAPED_MAX];

		if (heap == NULL)
			abort();
		memcpy(heap, pair, sizeof(pair));
		json_string_escape((struct byte_view){heap, sizeof(pair)}, out, sizeof(out));
		free(heap);
		bad += !is_inside_of_string(out);
	}
	ck_assert_uint_eq(bad, 0);
}
END_TEST

START_TEST(what_does_not_fit_is_cut_before_an_escape)
{
	char out[9];

	ck_assert_uint_eq(json_string_escape(view_of("abc\001\002"), out, sizeof(out)), 3);
	ck_assert_str_eq(out, "abc");
	ck_assert_uint_eq(json_string_escape(view_of("ab\001\002"), out, sizeof(out)), 8);
	ck_assert_str_eq(out, "ab\\u0001");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("utf8");

	tcase_add_test(tests, characters_of_every_length_are_read);
	tcase_add_test(tests, overlong_forms_are_none);
	tcase_add_test(tests, surrogates_and_what_lies_past_the_end_are_none);
	tcase_add_test(tests, truncated_and_broken_characters_are_none);
	tcase_add_test(tests, text_is_escaped_for_json);
	tcase_add_test(tests, bytes_that_are_no_text_are_spelled_out);
	tcase_add_test(tests, any_bytes_make_the_inside_of_a_string);
	tcase_add_test(tests, what_does_not_fit_is_cut_before_an_escape);
	return unit_main(tests, "utf8");
}
