#include "common/base64.h"

#include <errno.h>
#include <string.h>

#include "tests/support/exact.h"
#include "tests/support/unit.h"

static int parse(const char *text, enum base64_kind kind, struct byte_buf *bytes)
{
	struct byte_view input = exact_copy(text, strlen(text));
	int err = base64_parse(input, kind, bytes);

	exact_free(input);
	return err;
}

static void expect_refused(const char *text, enum base64_kind kind)
{
	struct byte_buf bytes;

	byte_buf_init(&bytes, 64);
	byte_buf_put_u8(&bytes, 7);
	ck_assert_msg(parse(text, kind, &bytes) == -EBADMSG, "taken: %s", text);
	ck_assert_uint_eq(bytes.len, 1);
	ck_assert_int_eq(byte_buf_status(&bytes), 0);
	byte_buf_deinit(&bytes);
}

/* RFC 4648 section 10, without the padding. */
START_TEST(the_rfcs_examples_hold_both_ways)
{
	static const char *const examples[][2] = {
		{"", ""},	    {"f", "Zg"},	  {"fo", "Zm8"},	  {"foo", "Zm9v"},
		{"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"},
	};

	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct byte_buf text;
		struct byte_buf bytes;

		byte_buf_init(&text, 64);
		byte_buf_init(&bytes, 64);
		base64_put(&text, view_of(examples[i][0]), BASE64_STANDARD_UNPADDED);
		ck_assert(view_equals_text(byte_buf_view(&text), examples[i][1]));
		ck_assert_int_eq(parse(examples[i][1], BASE64_STANDARD_UNPADDED, &bytes), 0);
		ck_assert(view_equals_text(byte_buf_view(&bytes), examples[i][0]));
		byte_buf_deinit(&text);
		byte_buf_deinit(&bytes);
	}
}
END_TEST

START_TEST(every_length_and_byte_survives)
{
	uint8_t in[256];

	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 167 + 3);
	for (size_t len = 0; len <= sizeof(in); len++) {
		struct byte_view input = exact_copy(in, len);
		struct byte_buf text;
		struct byte_buf bytes;

		byte_buf_init(&text, 1024);
		byte_buf_init(&bytes, 1024);
		base64_put(&text, input, _i);
		ck_assert_int_eq(base64_parse(byte_buf_view(&text), _i, &bytes), 0);
		ck_assert(view_equal(byte_buf_view(&bytes), input));
		byte_buf_deinit(&text);
		byte_buf_deinit(&bytes);
		exact_free(input);
	}
}
END_TEST

START_TEST(each_kind_refuses_the_others_alphabet)
{
	struct byte_buf bytes;

	byte_buf_init(&bytes, 64);
	ck_assert_int_eq(parse("-_-_", BASE64_URL_UNPADDED, &bytes), 0);
	ck_assert_int_eq(parse("+/+/", BASE64_STANDARD_UNPADDED, &bytes), 0);
	ck_assert_uint_eq(bytes.len, 6);
	ck_assert_int_eq(memcmp(bytes.data, bytes.data + 3, 3), 0);
	byte_buf_deinit(&bytes);
	expect_refused("-_-_", BASE64_STANDARD_UNPADDED);
	expect_refused("+/+/", BASE64_URL_UNPADDED);
}
END_TEST

START_TEST(what_we_would_not_have_written_is_refused)
{
	static const char *const texts[] = {
		"A",	 /* no whole byte */
		"AAAAA", /* the same, later */
		"Zh",	 /* bits beyond the last byte */
		"Zm9",	 /* the same, two bytes */
		"Zg==",	 /* padding */
		"Zm8=",	 "=",	   "====",   "Z",     " Zg",	 "Zg ",
		"Z g",	 "Zm9v\n", "Zm\t9v", "Zm9v.", "Zm9\x80",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		expect_refused(texts[i], _i);
}
END_TEST

START_TEST(nul_is_no_end_of_text)
{
	struct byte_view input = exact_copy("Zm9v\0m9v", 8);
	struct byte_buf bytes;

	byte_buf_init(&bytes, 64);
	ck_assert_int_eq(base64_parse(input, BASE64_URL_UNPADDED, &bytes), -EBADMSG);
	exact_free(input);
	byte_buf_deinit(&bytes);
}
END_TEST

START_TEST(ceiling_of_the_buffer_is_kept)
{
	struct byte_buf bytes;
	struct byte_buf text;

	byte_buf_init(&bytes, 5);
	ck_assert_int_eq(parse("Zm9vYmFy", BASE64_URL_UNPADDED, &bytes), -EMSGSIZE);
	ck_assert_uint_eq(bytes.len, 0);
	byte_buf_init(&text, 7);
	base64_put(&text, view_of("foobar"), BASE64_URL_UNPADDED);
	ck_assert_int_eq(byte_buf_status(&text), -EMSGSIZE);
	byte_buf_deinit(&bytes);
	byte_buf_deinit(&text);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("base64");

	tcase_add_test(tests, the_rfcs_examples_hold_both_ways);
	tcase_add_loop_test(tests, every_length_and_byte_survives, BASE64_STANDARD_UNPADDED,
			    BASE64_URL_UNPADDED + 1);
	tcase_add_test(tests, each_kind_refuses_the_others_alphabet);
	tcase_add_loop_test(tests, what_we_would_not_have_written_is_refused,
			    BASE64_STANDARD_UNPADDED, BASE64_URL_UNPADDED + 1);
	tcase_add_test(tests, nul_is_no_end_of_text);
	tcase_add_test(tests, ceiling_of_the_buffer_is_kept);
	return unit_main(tests, "base64");
}
