#include "common/utf8.h"

#include <string.h>

#include "tests/support/unit.h"

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

int main(void)
{
	TCase *tests = tcase_create("utf8");

	tcase_add_test(tests, characters_of_every_length_are_read);
	tcase_add_test(tests, overlong_forms_are_none);
	tcase_add_test(tests, surrogates_and_what_lies_past_the_end_are_none);
	tcase_add_test(tests, truncated_and_broken_characters_are_none);
	return unit_main(tests, "utf8");
}
