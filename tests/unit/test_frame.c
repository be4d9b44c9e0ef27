#include "common/frame.h"

#include <errno.h>

#include "common/agent_msg.h"
#include "tests/support/exact.h"
#include "tests/support/unit.h"

START_TEST(every_prefix_of_a_frame_is_again)
{
	static const uint8_t in[] = {0, 0, 0, 2, 11, 12};
	size_t body_len = 99;

	for (size_t len = 0; len < sizeof(in); len++) {
		struct byte_view input = exact_copy(in, len);

		ck_assert_int_eq(frame_peek(input, &body_len), -EAGAIN);
		ck_assert_uint_eq(body_len, 99);
		exact_free(input);
	}
	ck_assert_int_eq(frame_peek((struct byte_view){in, sizeof(in)}, &body_len), 0);
	ck_assert_uint_eq(body_len, 2);
	ck_assert_uint_eq(frame_body((struct byte_view){in, sizeof(in)}, body_len).ptr[0], 11);
}
END_TEST

START_TEST(oversized_frame_is_refused_by_its_header_alone)
{
	static const uint8_t largest[] = {0, 4, 0, 0};
	static const uint8_t too_large[] = {0, 4, 0, 1};
	static const uint8_t negative[] = {0xff, 0xff, 0xff, 0xff};
	size_t body_len;

	ck_assert_int_eq(frame_peek((struct byte_view){largest, 4}, &body_len), -EAGAIN);
	ck_assert_int_eq(frame_peek((struct byte_view){too_large, 4}, &body_len), -EMSGSIZE);
	ck_assert_int_eq(frame_peek((struct byte_view){negative, 4}, &body_len), -EMSGSIZE);
}
END_TEST

START_TEST(empty_body_is_badmsg)
{
	static const uint8_t in[] = {0, 0, 0, 0};
	size_t body_len;

	ck_assert_int_eq(frame_peek((struct byte_view){in, 4}, &body_len), -EBADMSG);
}
END_TEST

START_TEST(two_frames_are_built_one_after_the_other)
{
	static const uint8_t expected[] = {0, 0, 0, 1, 5, 0, 0, 0, 2, 1, 2};
	struct byte_buf buf;
	size_t mark;

	byte_buf_init(&buf, 64);
	agent_put_simple(&buf, SSH_AGENT_FAILURE);
	mark = frame_begin(&buf);
	byte_buf_put_u16(&buf, 0x0102);
	frame_end(&buf, mark);
	ck_assert(view_equal(byte_buf_view(&buf), (struct byte_view){expected, sizeof(expected)}));
	byte_buf_deinit(&buf);
}
END_TEST

START_TEST(a_frame_that_outgrows_the_cap_is_an_error)
{
	static uint8_t block[FRAME_BODY_MAX + 1];
	struct byte_buf buf;
	size_t mark;

	byte_buf_init(&buf, 2 * FRAME_LEN_MAX);
	mark = frame_begin(&buf);
	byte_buf_put_bytes(&buf, block, sizeof(block));
	frame_end(&buf, mark);
	ck_assert_int_eq(byte_buf_status(&buf), -EMSGSIZE);
	byte_buf_deinit(&buf);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("frame");

	tcase_add_test(tests, every_prefix_of_a_frame_is_again);
	tcase_add_test(tests, oversized_frame_is_refused_by_its_header_alone);
	tcase_add_test(tests, empty_body_is_badmsg);
	tcase_add_test(tests, two_frames_are_built_one_after_the_other);
	tcase_add_test(tests, a_frame_that_outgrows_the_cap_is_an_error);
	return unit_main(tests, "frame");
}
