#include "agentd/gate.h"

#include "common/agent_msg.h"
#include "tests/support/exact.h"
#include "tests/support/login.h"
#include "tests/support/unit.h"

static struct policy policy;
static struct rules rules = {.policy = &policy};
static struct gate gate;

static struct login_host host;

static void gate_set_up(void)
{
	gate_init(&gate, &rules);
	login_host_init_ed25519(&host);
}

static void gate_tear_down(void)
{
	login_host_deinit(&host);
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

static struct gate_decision decide_login(const struct login *login, uint32_t flags)
{
	struct byte_buf request;

	byte_buf_init(&request, LOGIN_LEN_MAX);
	put_login_request(&request, login, flags);
	return decide_buf(&request);
}

static struct gate_decision decide_bind(const char *session_id, bool is_forwarding)
{
	struct byte_buf request;

	byte_buf_init(&request, LOGIN_LEN_MAX);
	put_session_bind(&request, &host, session_id, is_forwarding);
	return decide_buf(&request);
}

/* A request to sign this data with the sample's key. */
static struct gate_decision decide_data(struct byte_view data)
{
	struct login login = login_sample();
	struct byte_buf request;

	byte_buf_init(&request, LOGIN_LEN_MAX);
	byte_buf_put_u8(&request, SSH_AGENTC_SIGN_REQUEST);
	byte_buf_put_string(&request, login.key_blob);
	byte_buf_put_string(&request, data);
	byte_buf_put_u32(&request, 0);
	return decide_buf(&request);
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

START_TEST(a_login_passes)
{
	struct login login = login_sample();
	struct gate_decision decision = decide_login(&login, 0);

	ck_assert(decision.passes);
	ck_assert_int_eq(decision.kind, GATE_SIGN);
	ck_assert_str_eq(decision.login.user, "git");
	ck_assert(!decision.login.has_host);
}
END_TEST

START_TEST(every_prefix_of_a_sign_request_is_refused)
{
	struct login login = login_sample();
	struct byte_buf request;

	byte_buf_init(&request, LOGIN_LEN_MAX);
	put_login_request(&request, &login, 0);
	for (size_t len = 1; len < request.len; len++) {
		struct gate_decision decision = decide(request.data, len);

		ck_assert_msg(!decision.passes, "%zu bytes", len);
		ck_assert_int_eq(decision.kind, GATE_SIGN);
	}
	byte_buf_put_u8(&request, 0);
	ck_assert(!decide_buf(&request).passes); /* a byte too many */
}
END_TEST

START_TEST(what_is_no_login_is_not_signed)
{
	static const uint8_t zeros[1024];

	ck_assert(!decide_data(view_of("")).passes);
	ck_assert(!decide_data(view_of("some data")).passes);
	ck_assert(!decide_data((struct byte_view){zeros, sizeof(zeros)}).passes);
	ck_assert_int_eq(decide_data(view_of("some data")).kind, GATE_SIGN);
	ck_assert_str_eq(decide_data(view_of("some data")).login.user, "");
}
END_TEST

START_TEST(files_and_commits_are_not_signed_yet)
{
	struct gate_decision decision;
	struct byte_buf data;

	byte_buf_init(&data, 4096);
	byte_buf_put_bytes(&data, "SSHSIG", 6);
	byte_buf_put_text(&data, "git");
	byte_buf_put_text(&data, "");
	byte_buf_put_text(&data, "sha256");
	byte_buf_put_text(&data, "the digest has thirty-two bytes.");
	decision = decide_data(byte_buf_view(&data));
	ck_assert(!decision.passes);
	ck_assert_int_eq(decision.kind, GATE_SSHSIG);
	ck_assert_str_eq(decision.login.sshsig_namespace, "git");
	ck_assert_str_eq(decision.login.user, "");
	byte_buf_deinit(&data);
}
END_TEST

START_TEST(a_login_with_another_key_or_algorithm_is_refused)
{
	struct login login = login_sample();
	struct byte_buf data;

	login.algorithm = "rsa-sha2-512";
	ck_assert(!decide_login(&login, SSH_AGENT_RSA_SHA2_512).passes);
	login = login_sample();
	login.key_blob = view_of("another key");
	byte_buf_init(&data, LOGIN_LEN_MAX);
	put_login(&data, &login);
	ck_assert(!decide_data(byte_buf_view(&data)).passes);
	byte_buf_deinit(&data);
}
END_TEST

/* Escape sequences must not reach a terminal, nor a line end forge a line. */
START_TEST(a_strangers_user_name_is_escaped_and_cut)
{
	static char name[1000];
	struct login login = login_sample();
	struct gate_decision decision;

	login.user = view_of("\x1b[2J\nroot\"");
	ck_assert_str_eq(decide_login(&login, 0).login.user, "\\x1b[2J\\x0aroot\\x22");
	memset(name, 'x', sizeof(name) - 1);
	login.user = view_of(name);
	decision = decide_login(&login, 0);
	ck_assert(decision.passes);
	ck_assert_uint_lt(strlen(decision.login.user), LOG_ESCAPED_MAX);
}
END_TEST

START_TEST(a_bound_login_names_its_host)
{
	uint8_t fingerprint[FINGERPRINT_HASH_LEN];
	struct login login = login_sample();
	struct gate_decision decision;

	decision = decide_bind("session", false);
	ck_assert(decision.passes);
	ck_assert_int_eq(decision.kind, GATE_BIND);
	ck_assert_uint_eq(gate.bindings.count, 1);
	decision = decide_login(&login, 0);
	ck_assert(decision.passes);
	ck_assert(decision.login.has_host);
	fingerprint_hash(byte_buf_view(&host.blob), fingerprint);
	ck_assert_mem_eq(decision.login.host_fingerprint, fingerprint, sizeof(fingerprint));
}
END_TEST

START_TEST(a_login_elsewhere_than_bound_is_refused)
{
	struct login login = login_sample();

	ck_assert(decide_bind("another session", false).passes);
	ck_assert(!decide_login(&login, 0).passes);
	login.session_id = view_of("another session");
	ck_assert(decide_login(&login, 0).passes);
	login.method = "publickey-hostbound-v00@openssh.com";
	login.host_key_blob = view_of("another host");
	ck_assert(!decide_login(&login, 0).passes);
	login.host_key_blob = byte_buf_view(&host.blob);
	ck_assert(decide_login(&login, 0).passes);
}
END_TEST

START_TEST(a_false_binding_is_refused_and_so_is_every_login_after_it)
{
	struct login login = login_sample();
	struct gate_decision decision;
	struct byte_buf request;

	byte_buf_init(&request, LOGIN_LEN_MAX);
	put_session_bind(&request, &host, "session", false);
	request.data[request.len - 2] ^= 1;
	decision = decide_buf(&request);
	ck_assert(!decision.passes);
	ck_assert_int_eq(decision.kind, GATE_BIND);
	ck_assert_uint_eq(gate.bindings.count, 0);
	ck_assert(!decide_login(&login, 0).passes);
	ck_assert(!decide_bind("session", false).passes);
	ck_assert(decide("\x0b", 1).passes); /* what it may do otherwise, it still may */
}
END_TEST

START_TEST(a_malformed_binding_is_refused_and_so_is_every_login_after_it)
{
	struct login login = login_sample();

	ck_assert(!decide_extension("session-bind@openssh.com").passes);
	ck_assert_int_eq(decide_extension("session-bind@openssh.com").kind, GATE_BIND);
	ck_assert(!decide_login(&login, 0).passes);
}
END_TEST

START_TEST(every_prefix_of_a_binding_is_refused)
{
	struct byte_buf request;

	byte_buf_init(&request, LOGIN_LEN_MAX);
	put_session_bind(&request, &host, "session", true);
	for (size_t len = 1; len < request.len; len++) {
		gate_init(&gate, &rules);
		ck_assert_msg(!decide(request.data, len).passes, "%zu bytes", len);
		ck_assert_uint_eq(gate.bindings.count, 0);
	}
	gate_init(&gate, &rules);
	ck_assert(decide_buf(&request).passes);
}
END_TEST

START_TEST(the_extension_query_passes)
{
	ck_assert(decide_extension("query").passes);
	ck_assert_int_eq(decide_extension("query").kind, GATE_QUERY);
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

START_TEST(only_bindings_count_as_bindings)
{
	struct login login = login_sample();

	decide_login(&login, 0);
	decide("\x0b", 1);
	decide_extension("query");
	decide_extension("unknown");
	ck_assert_uint_eq(gate.bindings.count, 0);
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

START_TEST(logins_and_files_are_signed_and_nothing_else_is)
{
	ck_assert(gate_kind_signs(GATE_SIGN));
	ck_assert(gate_kind_signs(GATE_SSHSIG));
	ck_assert(!gate_kind_signs(GATE_LIST));
	ck_assert(!gate_kind_signs(GATE_QUERY));
	ck_assert(!gate_kind_signs(GATE_BIND));
	ck_assert(!gate_kind_signs(GATE_OTHER));
}
END_TEST

START_TEST(each_kind_has_its_name)
{
	ck_assert_str_eq(gate_kind_name(GATE_LIST), "list");
	ck_assert_str_eq(gate_kind_name(GATE_SIGN), "sign");
	ck_assert_str_eq(gate_kind_name(GATE_SSHSIG), "sshsig");
	ck_assert_str_eq(gate_kind_name(GATE_QUERY), "query");
	ck_assert_str_eq(gate_kind_name(GATE_BIND), "session-bind");
	ck_assert_str_eq(gate_kind_name(GATE_OTHER), "other");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("gate");

	tcase_add_checked_fixture(tests, gate_set_up, gate_tear_down);
	tcase_add_test(tests, identities_may_be_listed);
	tcase_add_test(tests, a_list_request_with_more_behind_it_is_refused);
	tcase_add_test(tests, a_login_passes);
	tcase_add_test(tests, every_prefix_of_a_sign_request_is_refused);
	tcase_add_test(tests, what_is_no_login_is_not_signed);
	tcase_add_test(tests, files_and_commits_are_not_signed_yet);
	tcase_add_test(tests, a_login_with_another_key_or_algorithm_is_refused);
	tcase_add_test(tests, a_strangers_user_name_is_escaped_and_cut);
	tcase_add_test(tests, a_bound_login_names_its_host);
	tcase_add_test(tests, a_login_elsewhere_than_bound_is_refused);
	tcase_add_test(tests, a_false_binding_is_refused_and_so_is_every_login_after_it);
	tcase_add_test(tests, a_malformed_binding_is_refused_and_so_is_every_login_after_it);
	tcase_add_test(tests, every_prefix_of_a_binding_is_refused);
	tcase_add_test(tests, the_extension_query_passes);
	tcase_add_test(tests, other_extensions_are_refused);
	tcase_add_test(tests, an_extension_without_a_whole_name_is_refused);
	tcase_add_test(tests, only_bindings_count_as_bindings);
	tcase_add_test(tests, every_other_request_is_refused);
	tcase_add_test(tests, changing_the_agent_has_a_reason_of_its_own);
	tcase_add_test(tests, an_empty_request_is_refused);
	tcase_add_test(tests, logins_and_files_are_signed_and_nothing_else_is);
	tcase_add_test(tests, each_kind_has_its_name);
	return unit_main(tests, "gate");
}
