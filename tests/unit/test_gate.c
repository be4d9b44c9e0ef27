#include "agentd/gate.h"

#include "common/agent_msg.h"
#include "tests/support/exact.h"
#include "tests/support/unit.h"

static struct gate gate;

static void gate_reset(void)
{
	gate_init(&gate);
}

static struct gate_decision decide(const void *bytes, size_t len)
{
	struct byte_view request = exact_copy(bytes, len);
	struct gate_decision decision = gate_decide(&gate, request);

	exact_free(request);
	ck_assert(decision.passes || decision.reason != NULL);
	return decision;
}

static struct gate_decision decide_buf(struct byte_buf *request)
{
	struct gate_decision decision = decide(request->data, request->len);

	byte_buf_deinit(request);
	return decision;
}

static void put_sign_request(struct byte_buf *request)
{
	byte_buf_init(request, 4096);
	byte_buf_put_u8(request, SSH_AGENTC_SIGN_REQUEST);
	byte_buf_put_text(request, "blob");
	byte_buf_put_text(request, "data");
	byte_buf_put_u32(request, 0);
}

static void put_extension(struct byte_buf *request, const char *name)
{
	byte_buf_init(request, 4096);
	byte_buf_put_u8(request, SSH_AGENTC_EXTENSION);
	byte_buf_put_text(request, name);
	byte_buf_put_text(request, "content of its own");
}

static struct gate_decision decide_extension(const char *name)
{
	struct byte_buf request;

	put_extension(&request, name);
	return decide_buf(&request);
}

START_TEST(identities_may_be_listed)
{
	struct gate_decision decision = decide("\x0b", 1);

	ck_assert(decision.passes);
	ck_assert_int_eq(decision.kind, GATE_LIST);
}
END_TEST

START_TEST(a_list_request_with_more_behind_it_is_refused)
{
	struct gate_decision decision = decide("\x0b\0", 2);

	ck_assert(!decision.passes);
	ck_assert_int_eq(decision.kind, GATE_LIST);
}
END_TEST

START_TEST(a_sign_request_passes)
{
	struct byte_buf request;
	struct gate_decision decision;

	put_sign_request(&request);
	decision = decide_buf(&request);
	ck_assert(decision.passes);
	ck_assert_int_eq(decision.kind, GATE_SIGN);
}
END_TEST

START_TEST(every_prefix_of_a_sign_request_is_refused)
{
	struct byte_buf request;

	put_sign_request(&request);
	for (size_t len = 1; len < request.len; len++) {
		struct gate_decision decision = decide(request.data, len);

		ck_assert_msg(!decision.passes, "%zu bytes", len);
		ck_assert_int_eq(decision.kind, GATE_SIGN);
	}
	byte_buf_put_u8(&request, 0);
	ck_assert(!decide_buf(&request).passes); /* a byte too many */
}
END_TEST

START_TEST(the_extensions_query_and_session_bind_pass)
{
	ck_assert(decide_extension("query").passes);
	ck_assert_int_eq(decide_extension("query").kind, GATE_QUERY);
	ck_assert(decide_extension("session-bind@openssh.com").passes);
	ck_assert_int_eq(decide_extension("session-bind@openssh.com").kind, GATE_BIND);
}
END_TEST

START_TEST(other_extensions_are_refused)
{
	static const char *const names[] = {
		"",
		"quer",
		"query2",
		"Query",
		"session-bind",
		"session-bind@openssh.co",
		"session-bind@openssh.comm",
		"restrict-destination-v00@openssh.com",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		ck_assert_msg(!decide_extension(names[i]).passes, "%s", names[i]);
		ck_assert_int_eq(decide_extension(names[i]).kind, GATE_OTHER);
	}
}
END_TEST

START_TEST(an_extension_without_a_whole_name_is_refused)
{
	struct byte_buf request;

	put_extension(&request, "query");
	for (size_t len = 1; len < 1 + 4 + strlen("query"); len++)
		ck_assert_msg(!decide(request.data, len).passes, "%zu bytes", len);
	byte_buf_deinit(&request);
}
END_TEST

START_TEST(sixteen_bindings_pass_and_no_more)
{
	for (int i = 0; i < 16; i++) {
		ck_assert(decide_extension("session-bind@openssh.com").passes);
		ck_assert_uint_eq(gate.bindings, i + 1);
	}
	for (int i = 0; i < 3; i++) {
		struct gate_decision decision = decide_extension("session-bind@openssh.com");

		ck_assert(!decision.passes);
		ck_assert_int_eq(decision.kind, GATE_BIND);
		ck_assert_uint_eq(gate.bindings, 16);
	}
	ck_assert(decide_extension("query").passes); /* what it may do otherwise, it still may */
}
END_TEST

START_TEST(only_bindings_count_as_bindings)
{
	struct byte_buf request;

	put_sign_request(&request);
	decide_buf(&request);
	decide("\x0b", 1);
	decide_extension("query");
	decide_extension("unknown");
	ck_assert_uint_eq(gate.bindings, 0);
}
END_TEST

/* Whatever is said in them: a build may not change the agent, nor ask what nobody knows. */
START_TEST(every_other_request_is_refused)
{
	for (unsigned type = 0; type < 256; type++) {
		uint8_t request[64] = {(uint8_t)type};

		if (type == SSH_AGENTC_REQUEST_IDENTITIES || type == SSH_AGENTC_SIGN_REQUEST ||
		    type == SSH_AGENTC_EXTENSION)
			continue;
		for (size_t len = 1; len <= sizeof(request); len += 21) {
			struct gate_decision decision = decide(request, len);

			ck_assert_msg(!decision.passes, "type %u", type);
			ck_assert_int_eq(decision.kind, GATE_OTHER);
		}
	}
}
END_TEST

START_TEST(changing_the_agent_has_a_reason_of_its_own)
{
	static const uint8_t types[] = {17, 18, 19, 20, 21, 22, 23, 25, 26};

	for (size_t i = 0; i < sizeof(types); i++)
		ck_assert_str_eq(decide(&types[i], 1).reason, "a build may not change the agent");
	ck_assert_str_eq(decide("\x10", 1).reason, "unknown request");
}
END_TEST

START_TEST(an_empty_request_is_refused)
{
	ck_assert(!decide("", 0).passes);
}
END_TEST

START_TEST(each_kind_has_its_name)
{
	ck_assert_str_eq(gate_kind_name(GATE_LIST), "list");
	ck_assert_str_eq(gate_kind_name(GATE_SIGN), "sign");
	ck_assert_str_eq(gate_kind_name(GATE_QUERY), "query");
	ck_assert_str_eq(gate_kind_name(GATE_BIND), "session-bind");
	ck_assert_str_eq(gate_kind_name(GATE_OTHER), "other");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("gate");

	tcase_add_checked_fixture(tests, gate_reset, NULL);
	tcase_add_test(tests, identities_may_be_listed);
	tcase_add_test(tests, a_list_request_with_more_behind_it_is_refused);
	tcase_add_test(tests, a_sign_request_passes);
	tcase_add_test(tests, every_prefix_of_a_sign_request_is_refused);
	tcase_add_test(tests, the_extensions_query_and_session_bind_pass);
	tcase_add_test(tests, other_extensions_are_refused);
	tcase_add_test(tests, an_extension_without_a_whole_name_is_refused);
	tcase_add_test(tests, sixteen_bindings_pass_and_no_more);
	tcase_add_test(tests, only_bindings_count_as_bindings);
	tcase_add_test(tests, every_other_request_is_refused);
	tcase_add_test(tests, changing_the_agent_has_a_reason_of_its_own);
	tcase_add_test(tests, an_empty_request_is_refused);
	tcase_add_test(tests, each_kind_has_its_name);
	return unit_main(tests, "gate");
}
