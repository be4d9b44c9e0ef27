#include "common/agent_msg.h"

#include <errno.h>

#include "tests/support/exact.h"
#include "tests/support/unit.h"

static const uint8_t sign_request[] = {
	SSH_AGENTC_SIGN_REQUEST, 0, 0, 0, 3, 'k', 'e', 'y', 0, 0, 0, 2, 'h', 'i', 0, 0, 0, 4,
};

static const uint8_t answer[] = {
	SSH_AGENT_IDENTITIES_ANSWER,
	0,
	0,
	0,
	2,
	0,
	0,
	0,
	1,
	'a',
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	1,
	'b',
	0,
	0,
	0,
	1,
	'c',
};

START_TEST(sign_request_is_taken_apart)
{
	struct byte_view input = exact_copy(sign_request, sizeof(sign_request));
	struct sign_request req;

	ck_assert_int_eq(agent_parse_sign_request(input, &req), 0);
	ck_assert(view_equals_text(req.key_blob, "key"));
	ck_assert(view_equals_text(req.data, "hi"));
	ck_assert_uint_eq(req.flags, SSH_AGENT_RSA_SHA2_512);
	exact_free(input);
}
END_TEST

START_TEST(every_prefix_of_a_sign_request_is_badmsg)
{
	for (size_t len = 0; len < sizeof(sign_request); len++) {
		struct byte_view input = exact_copy(sign_request, len);
		struct sign_request req = {.flags = 99};

		ck_assert_int_eq(agent_parse_sign_request(input, &req), -EBADMSG);
		ck_assert_uint_eq(req.flags, 99);
		ck_assert_ptr_null(req.data.ptr);
		exact_free(input);
	}
}
END_TEST

START_TEST(bytes_behind_a_sign_request_are_badmsg)
{
	uint8_t in[sizeof(sign_request) + 1] = {0};
	struct sign_request req = {.flags = 99};

	memcpy(in, sign_request, sizeof(sign_request));
	ck_assert_int_eq(agent_parse_sign_request((struct byte_view){in, sizeof(in)}, &req),
			 -EBADMSG);
	ck_assert_uint_eq(req.flags, 99);
}
END_TEST

START_TEST(sign_request_whose_lengths_lie_is_badmsg)
{
	static const size_t length_at[] = {1, 8};
	uint8_t in[sizeof(sign_request)];
	struct sign_request req;

	for (size_t i = 0; i < 2; i++) {
		for (unsigned value = 0; value < 256; value++) {
			struct byte_view input;

			memcpy(in, sign_request, sizeof(in));
			in[length_at[i]] = (uint8_t)value;
			input = exact_copy(in, sizeof(in));
			ck_assert_int_eq(agent_parse_sign_request(input, &req),
					 value == 0 ? 0 : -EBADMSG);
			exact_free(input);
		}
	}
}
END_TEST

START_TEST(another_type_is_badmsg)
{
	uint8_t in[sizeof(sign_request)];
	struct identity_list list;
	struct sign_request req;
	struct byte_view name;

	memcpy(in, sign_request, sizeof(in));
	for (unsigned type = 0; type < 256; type++) {
		struct byte_view input = {in, sizeof(in)};

		in[0] = (uint8_t)type;
		ck_assert_int_eq(agent_parse_sign_request(input, &req),
				 type == SSH_AGENTC_SIGN_REQUEST ? 0 : -EBADMSG);
		ck_assert_int_eq(agent_parse_extension_name(input, &name),
				 type == SSH_AGENTC_EXTENSION ? 0 : -EBADMSG);
		ck_assert_int_eq(agent_identities_start(input, &list),
				 type == SSH_AGENT_IDENTITIES_ANSWER ? 0 : -EBADMSG);
	}
}
END_TEST

START_TEST(extension_name_is_read_whatever_follows)
{
	static const uint8_t in[] = {
		SSH_AGENTC_EXTENSION, 0, 0, 0, 5, 'q', 'u', 'e', 'r', 'y', 1, 2};

	for (size_t len = 0; len <= sizeof(in); len++) {
		struct byte_view input = exact_copy(in, len);
		struct byte_view name = {0};

		if (len < 10) {
			ck_assert_int_eq(agent_parse_extension_name(input, &name), -EBADMSG);
			ck_assert_ptr_null(name.ptr);
		} else {
			ck_assert_int_eq(agent_parse_extension_name(input, &name), 0);
			ck_assert(view_equals_text(name, AGENT_EXT_QUERY));
		}
		exact_free(input);
	}
}
END_TEST

START_TEST(identities_are_walked_to_the_end)
{
	struct byte_view input = exact_copy(answer, sizeof(answer));
	struct identity_list list;
	struct identity found;

	ck_assert_int_eq(agent_identities_start(input, &list), 0);
	ck_assert_uint_eq(list.left, 2);
	ck_assert_int_eq(agent_identities_next(&list, &found), 0);
	ck_assert(view_equals_text(found.key_blob, "a"));
	ck_assert_uint_eq(found.comment.len, 0);
	ck_assert_int_eq(agent_identities_next(&list, &found), 0);
	ck_assert(view_equals_text(found.key_blob, "b"));
	ck_assert(view_equals_text(found.comment, "c"));
	ck_assert_int_eq(agent_identities_next(&list, &found), -ENOENT);
	ck_assert_int_eq(agent_identities_next(&list, &found), -ENOENT);
	ck_assert(view_equals_text(found.key_blob, "b"));
	exact_free(input);
}
END_TEST

static int walk(struct byte_view input)
{
	struct identity_list list;
	struct identity found;
	int err = agent_identities_start(input, &list);

	while (err == 0)
		err = agent_identities_next(&list, &found);
	return err;
}

START_TEST(every_prefix_of_an_answer_ends_in_badmsg)
{
	for (size_t len = 0; len < sizeof(answer); len++) {
		struct byte_view input = exact_copy(answer, len);

		ck_assert_int_eq(walk(input), -EBADMSG);
		exact_free(input);
	}
}
END_TEST

START_TEST(answer_that_claims_more_or_less_than_it_holds_ends_in_badmsg)
{
	uint8_t in[sizeof(answer)];

	memcpy(in, answer, sizeof(in));
	for (unsigned count = 0; count < 256; count++) {
		in[4] = (uint8_t)count;
		ck_assert_int_eq(walk((struct byte_view){in, sizeof(in)}),
				 count == 2 ? -ENOENT : -EBADMSG);
	}
	memset(in + 1, 0xff, 4);
	ck_assert_int_eq(walk((struct byte_view){in, sizeof(in)}), -EBADMSG);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("agent_msg");

	tcase_add_test(tests, sign_request_is_taken_apart);
	tcase_add_test(tests, every_prefix_of_a_sign_request_is_badmsg);
	tcase_add_test(tests, bytes_behind_a_sign_request_are_badmsg);
	tcase_add_test(tests, sign_request_whose_lengths_lie_is_badmsg);
	tcase_add_test(tests, another_type_is_badmsg);
	tcase_add_test(tests, extension_name_is_read_whatever_follows);
	tcase_add_test(tests, identities_are_walked_to_the_end);
	tcase_add_test(tests, every_prefix_of_an_answer_ends_in_badmsg);
	tcase_add_test(tests, answer_that_claims_more_or_less_than_it_holds_ends_in_badmsg);
	return unit_main(tests, "agent_msg");
}
