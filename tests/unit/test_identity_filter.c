#include "agentd/identity_filter.h"

#include <errno.h>

#include "common/agent_msg.h"
#include "common/frame.h"
#include "tests/support/exact.h"
#include "tests/support/unit.h"

enum { KEY_COUNT = 5 };

static const char *const keys[KEY_COUNT] = {"zero", "one", "two", "three", "four"};
static struct policy policy;
static struct rules rules;

/* Allows these keys, whose blobs are but their names. */
static void allow(unsigned mask)
{
	static uint8_t list[KEY_COUNT][FINGERPRINT_HASH_LEN];

	rules = (struct rules){.policy = &policy, .keys = {.list = list}};
	for (unsigned i = 0; i < KEY_COUNT; i++) {
		if ((mask & (1u << i)) != 0)
			fingerprint_hash(view_of(keys[i]), list[rules.keys.count++]);
	}
}

static void put_answer(struct byte_buf *frame, unsigned mask, uint32_t claimed)
{
	size_t mark = frame_begin(frame);

	byte_buf_put_u8(frame, SSH_AGENT_IDENTITIES_ANSWER);
	byte_buf_put_u32(frame, claimed);
	for (unsigned i = 0; i < KEY_COUNT; i++) {
		if ((mask & (1u << i)) == 0)
			continue;
		byte_buf_put_text(frame, keys[i]);
		byte_buf_put_text(frame, "a comment");
	}
	frame_end(frame, mark);
}

static int filter(const struct byte_buf *frame, struct byte_buf *out)
{
	struct byte_view copy = exact_copy(frame->data, frame->len);
	int err;

	byte_buf_init(out, copy.len);
	err = identity_filter_put(&rules, copy, out);
	exact_free(copy);
	return err;
}

START_TEST(only_keys_allowed_are_seen_in_their_order)
{
	for (unsigned mask = 1; mask < 1u << KEY_COUNT; mask++) {
		struct byte_buf all;
		struct byte_buf expected;
		struct byte_buf seen;

		byte_buf_init(&all, 4096);
		byte_buf_init(&expected, 4096);
		put_answer(&all, (1u << KEY_COUNT) - 1, KEY_COUNT);
		put_answer(&expected, mask, (uint32_t)__builtin_popcount(mask));
		allow(mask);
		ck_assert_int_eq(filter(&all, &seen), 0);
		ck_assert(view_equal(byte_buf_view(&seen), byte_buf_view(&expected)));
		byte_buf_deinit(&seen);
		byte_buf_deinit(&expected);
		byte_buf_deinit(&all);
	}
}
END_TEST

START_TEST(an_answer_without_a_key_allowed_is_an_empty_list)
{
	struct byte_buf all;
	struct byte_buf seen;

	byte_buf_init(&all, 4096);
	put_answer(&all, 0x1e, 4);
	allow(1);
	ck_assert_int_eq(filter(&all, &seen), 0);
	ck_assert_uint_eq(seen.len, 4 + 5);
	ck_assert_mem_eq(seen.data, "\0\0\0\5\x0c\0\0\0\0", 9);
	byte_buf_deinit(&seen);
	byte_buf_deinit(&all);
}
END_TEST

START_TEST(other_replies_pass_as_they_are)
{
	struct byte_buf reply;
	struct byte_buf seen;

	byte_buf_init(&reply, 4096);
	agent_put_simple(&reply, SSH_AGENT_FAILURE);
	allow(1);
	ck_assert_int_eq(filter(&reply, &seen), 0);
	ck_assert(view_equal(byte_buf_view(&seen), byte_buf_view(&reply)));
	byte_buf_deinit(&seen);
	byte_buf_deinit(&reply);
}
END_TEST

START_TEST(an_answer_that_lies_about_its_length_is_badmsg)
{
	static const uint32_t claims[] = {0, 1, KEY_COUNT - 1, KEY_COUNT + 1, UINT32_MAX};

	allow(1);
	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
		struct byte_buf all;
		struct byte_buf seen;

		byte_buf_init(&all, 4096);
		put_answer(&all, (1u << KEY_COUNT) - 1, claims[i]);
		ck_assert_int_eq(filter(&all, &seen), -EBADMSG);
		byte_buf_deinit(&seen);
		byte_buf_deinit(&all);
	}
}
END_TEST

START_TEST(every_prefix_of_an_answer_is_badmsg)
{
	struct byte_buf all;
	struct byte_buf seen;

	byte_buf_init(&all, 4096);
	put_answer(&all, 3, 2);
	allow(1);
	while (all.len > FRAME_HEADER_LEN + 1) {
		all.len--;
		ck_assert_int_eq(filter(&all, &seen), -EBADMSG);
		byte_buf_deinit(&seen);
	}
	byte_buf_deinit(&all);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("identity_filter");

	tcase_add_test(tests, only_keys_allowed_are_seen_in_their_order);
	tcase_add_test(tests, an_answer_without_a_key_allowed_is_an_empty_list);
	tcase_add_test(tests, other_replies_pass_as_they_are);
	tcase_add_test(tests, an_answer_that_lies_about_its_length_is_badmsg);
	tcase_add_test(tests, every_prefix_of_an_answer_is_badmsg);
	return unit_main(tests, "identity_filter");
}
