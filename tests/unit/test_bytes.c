#include "common/bytes.h"

#include <errno.h>

#include "tests/support/exact.h"
#include "tests/support/unit.h"

START_TEST(integers_are_big_endian)
{
	static const uint8_t in[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	struct byte_view input = exact_copy(in, sizeof(in));
	struct reader r = reader_of(input);

	ck_assert_uint_eq(reader_u8(&r), 0x01);
	ck_assert_uint_eq(reader_u16(&r), 0x0203);
	ck_assert_uint_eq(reader_u32(&r), 0x04050607);
	ck_assert_uint_eq(reader_u64(&r), 0x08090a0b0c0d0e0f);
	ck_assert_int_eq(reader_finish(&r), 0);
	exact_free(input);
}
END_TEST

START_TEST(truncated_string_is_badmsg)
{
	static const uint8_t in[] = {0, 0, 0, 3, 'a', 'b', 'c'};

	for (size_t len = 0; len < sizeof(in); len++) {
		struct byte_view input = exact_copy(in, len);
		struct reader r = reader_of(input);

		ck_assert_uint_eq(reader_string(&r).len, 0);
		ck_assert_int_eq(reader_finish(&r), -EBADMSG);
		exact_free(input);
	}
}
END_TEST

START_TEST(huge_length_does_not_wrap)
{
	static const uint8_t in[] = {0xff, 0xff, 0xff, 0xff, 'a'};
	struct byte_view input = exact_copy(in, sizeof(in));
	struct reader r = reader_of(input);

	ck_assert_uint_eq(reader_string(&r).len, 0);
	ck_assert(r.has_failed);
	exact_free(input);
}
END_TEST

START_TEST(failed_reader_gives_zeros_ever_after)
{
	static const uint8_t in[] = {1, 2, 3};
	struct byte_view input = exact_copy(in, sizeof(in));
	struct reader r = reader_of(input);

	ck_assert_uint_eq(reader_u32(&r), 0);
	ck_assert_uint_eq(reader_u8(&r), 0);
	ck_assert_uint_eq(reader_rest(&r).len, 0);
	ck_assert_int_eq(reader_finish(&r), -EBADMSG);
	exact_free(input);
}
END_TEST

START_TEST(bytes_left_over_are_badmsg)
{
	static const uint8_t in[] = {7, 7};
	struct byte_view input = exact_copy(in, sizeof(in));
	struct reader r = reader_of(input);

	ck_assert_uint_eq(reader_u8(&r), 7);
	ck_assert_int_eq(reader_finish(&r), -EBADMSG);
	exact_free(input);
}
END_TEST

START_TEST(what_was_put_is_read_back)
{
	struct byte_buf buf;
	struct reader r;

	byte_buf_init(&buf, 1024);
	byte_buf_put_u8(&buf, 1);
	byte_buf_put_u16(&buf, 2);
	byte_buf_put_u32(&buf, 3);
	byte_buf_put_u64(&buf, 4);
	byte_buf_put_text(&buf, "text");
	byte_buf_printf(&buf, "%d-%s", 5, "five");
	ck_assert_int_eq(byte_buf_status(&buf), 0);
	r = reader_of(byte_buf_view(&buf));
	ck_assert_uint_eq(reader_u8(&r), 1);
	ck_assert_uint_eq(reader_u16(&r), 2);
	ck_assert_uint_eq(reader_u32(&r), 3);
	ck_assert_uint_eq(reader_u64(&r), 4);
	ck_assert(view_equals_text(reader_string(&r), "text"));
	ck_assert(view_equals_text(reader_rest(&r), "5-five"));
	byte_buf_deinit(&buf);
}
END_TEST

START_TEST(ceiling_is_reached_but_not_passed)
{
	struct byte_buf buf;
	uint8_t block[300] = {0};

	byte_buf_init(&buf, 600);
	byte_buf_put_bytes(&buf, block, sizeof(block));
	byte_buf_put_bytes(&buf, block, sizeof(block));
	ck_assert_int_eq(byte_buf_status(&buf), 0);
	ck_assert_uint_le(buf.capacity, 600);
	byte_buf_put_u8(&buf, 1);
	ck_assert_int_eq(byte_buf_status(&buf), -EMSGSIZE);
	ck_assert_uint_eq(buf.len, 600);
	byte_buf_clear(&buf);
	ck_assert_int_eq(byte_buf_status(&buf), 0);
	byte_buf_deinit(&buf);
}
END_TEST

START_TEST(mpint_is_minimal_and_never_negative)
{
	static const uint8_t high[] = {0, 0, 0x80, 1};
	static const uint8_t expected[] = {0, 0, 0, 3, 0, 0x80, 1, 0, 0, 0, 0};
	struct byte_buf buf;

	byte_buf_init(&buf, 64);
	byte_buf_put_mpint(&buf, (struct byte_view){high, sizeof(high)});
	byte_buf_put_mpint(&buf, (struct byte_view){high, 2});
	ck_assert(view_equal(byte_buf_view(&buf), (struct byte_view){expected, sizeof(expected)}));
	byte_buf_deinit(&buf);
}
END_TEST

START_TEST(consume_keeps_the_rest)
{
	struct byte_buf buf;

	byte_buf_init(&buf, 64);
	byte_buf_consume(&buf, 0);
	byte_buf_printf(&buf, "abcdef");
	byte_buf_consume(&buf, 4);
	ck_assert(view_equals_text(byte_buf_view(&buf), "ef"));
	byte_buf_deinit(&buf);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("bytes");

	tcase_add_test(tests, integers_are_big_endian);
	tcase_add_test(tests, truncated_string_is_badmsg);
	tcase_add_test(tests, huge_length_does_not_wrap);
	tcase_add_test(tests, failed_reader_gives_zeros_ever_after);
	tcase_add_test(tests, bytes_left_over_are_badmsg);
	tcase_add_test(tests, what_was_put_is_read_back);
	tcase_add_test(tests, ceiling_is_reached_but_not_passed);
	tcase_add_test(tests, mpint_is_minimal_and_never_negative);
	tcase_add_test(tests, consume_keeps_the_rest);
	return unit_main(tests, "bytes");
}
