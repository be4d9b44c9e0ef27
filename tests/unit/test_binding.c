#include "agentd/binding.h"

#include <errno.h>
#include <stdio.h>

#include "tests/support/exact.h"
#include "tests/support/login.h"
#include "tests/support/unit.h"

static struct login_host host_a;
static struct login_host host_b;
static struct binding_list bindings;
static struct byte_buf request;

static void hosts_set_up(void)
{
	login_host_init_ed25519(&host_a);
	login_host_init_ed25519(&host_b);
	bindings = (struct binding_list){0};
	byte_buf_init(&request, LOGIN_LEN_MAX);
}

static void hosts_tear_down(void)
{
	login_host_deinit(&host_a);
	login_host_deinit(&host_b);
	byte_buf_deinit(&request);
}

static const char *add_request(void)
{
	struct byte_view copy = exact_copy(request.data, request.len);
	struct session_bind bind;
	const char *fault;

	ck_assert_int_eq(session_bind_parse(copy, &bind), 0);
	fault = binding_list_add(&bindings, &bind);
	exact_free(copy);
	return fault;
}

static const char *add(const struct login_host *host, const char *session_id, bool is_forwarding)
{
	byte_buf_clear(&request);
	put_session_bind(&request, host, session_id, is_forwarding);
	return add_request();
}

static const char *check(const char *session_id, const struct login_host *host,
			 const struct binding **bound)
{
	struct userauth auth = {.session_id = view_of(session_id)};

	if (host != NULL)
		auth.host_key_blob = byte_buf_view(&host->blob);
	return binding_list_check(&bindings, &auth, bound);
}

/* Whether a login may be signed; where is_verified: for a host that is known. */
static bool may_log_in(const char *session_id, const struct login_host *host, bool is_verified)
{
	const struct binding *bound;
	const char *fault = check(session_id, host, &bound);

	ck_assert(fault == NULL || bound == NULL);
	return fault == NULL && (bound != NULL) == is_verified;
}

START_TEST(a_session_bind_request_is_parsed)
{
	struct session_bind bind;

	put_session_bind(&request, &host_a, "session", true);
	ck_assert_int_eq(session_bind_parse(byte_buf_view(&request), &bind), 0);
	ck_assert(view_equal(bind.host_key_blob, byte_buf_view(&host_a.blob)));
	ck_assert(view_equals_text(bind.session_id, "session"));
	ck_assert(bind.is_forwarding);
}
END_TEST

START_TEST(every_prefix_and_every_byte_too_many_is_badmsg)
{
	struct session_bind bind;
	struct byte_view copy;

	put_session_bind(&request, &host_a, "session", true);
	for (size_t len = 0; len < request.len; len++) {
		copy = exact_copy(request.data, len);
		ck_assert_int_eq(session_bind_parse(copy, &bind), -EBADMSG);
		exact_free(copy);
	}
	byte_buf_put_u8(&request, 0);
	ck_assert_int_eq(session_bind_parse(byte_buf_view(&request), &bind), -EBADMSG);
}
END_TEST

static int parse_with_session_id(size_t len)
{
	static const uint8_t zeros[SESSION_ID_LEN_MAX + 1];
	struct session_bind bind;

	byte_buf_clear(&request);
	byte_buf_put_u8(&request, SSH_AGENTC_EXTENSION);
	byte_buf_put_text(&request, AGENT_EXT_SESSION_BIND);
	byte_buf_put_text(&request, "key");
	byte_buf_put_string(&request, (struct byte_view){zeros, len});
	byte_buf_put_text(&request, "signature");
	byte_buf_put_u8(&request, 0);
	return session_bind_parse(byte_buf_view(&request), &bind);
}

START_TEST(a_session_id_that_is_empty_or_too_long_is_badmsg)
{
	ck_assert_int_eq(parse_with_session_id(0), -EBADMSG);
	ck_assert_int_eq(parse_with_session_id(1), 0);
	ck_assert_int_eq(parse_with_session_id(SESSION_ID_LEN_MAX), 0);
	ck_assert_int_eq(parse_with_session_id(SESSION_ID_LEN_MAX + 1), -EBADMSG);
}
END_TEST

START_TEST(another_extension_is_no_session_bind)
{
	struct session_bind bind;

	byte_buf_put_u8(&request, SSH_AGENTC_EXTENSION);
	byte_buf_put_text(&request, "query");
	ck_assert_int_eq(session_bind_parse(byte_buf_view(&request), &bind), -ENOENT);
}
END_TEST

START_TEST(without_bindings_any_session_may_log_in)
{
	ck_assert(may_log_in("any", NULL, false));
	ck_assert(may_log_in("any", &host_a, false));
}
END_TEST

START_TEST(a_bound_connection_logs_in_to_that_session_and_host_only)
{
	uint8_t fingerprint[FINGERPRINT_HASH_LEN];
	const struct binding *bound;

	ck_assert_ptr_null(add(&host_a, "session", false));
	ck_assert(may_log_in("session", NULL, true));
	ck_assert(may_log_in("session", &host_a, true));
	ck_assert_ptr_nonnull(check("session", &host_b, &bound));
	ck_assert_ptr_nonnull(check("sessiom", NULL, &bound));
	ck_assert_ptr_nonnull(check("session2", &host_a, &bound));

	ck_assert_ptr_null(check("session", NULL, &bound));
	fingerprint_hash(byte_buf_view(&host_a.blob), fingerprint);
	ck_assert_mem_eq(bound->fingerprint, fingerprint, sizeof(fingerprint));
}
END_TEST

/* Of the bytes of a request, all but the last are signed, or what the signature is checked with. */
START_TEST(a_binding_with_any_byte_altered_is_refused_and_spoils)
{
	struct session_bind bind;
	size_t start = 1 + 4 + strlen(AGENT_EXT_SESSION_BIND);

	put_session_bind(&request, &host_a, "session", false);
	for (size_t i = start; i < request.len - 1; i++) {
		bindings = (struct binding_list){0};
		request.data[i] ^= 1;
		if (session_bind_parse(byte_buf_view(&request), &bind) == 0) {
			ck_assert_ptr_nonnull(add_request());
			ck_assert_uint_eq(bindings.count, 0);
			/* A kind of key that is unknown is no lie. */
			ck_assert(bindings.is_spoiled || i < start + 4 + 4 + strlen("ssh-ed25519"));
		}
		request.data[i] ^= 1;
	}
	bindings = (struct binding_list){0};
	ck_assert_ptr_null(add_request());
}
END_TEST

START_TEST(a_spoiled_connection_logs_in_nowhere_and_is_bound_no_more)
{
	ck_assert_ptr_null(add(&host_a, "hop", true));
	byte_buf_clear(&request);
	put_session_bind(&request, &host_b, "session", false);
	request.data[request.len - 2] ^= 1;
	ck_assert_str_eq(add_request(), "a session binding with a false signature of the host");
	ck_assert(!may_log_in("session", NULL, false));
	ck_assert(!may_log_in("any", NULL, false));
	ck_assert_ptr_nonnull(add(&host_b, "session", false));
	ck_assert_uint_eq(bindings.count, 1);
}
END_TEST

START_TEST(a_binding_of_an_unknown_kind_of_key_counts_as_none)
{
	byte_buf_put_u8(&request, SSH_AGENTC_EXTENSION);
	byte_buf_put_text(&request, AGENT_EXT_SESSION_BIND);
	byte_buf_put_string(&request, (struct byte_view){(const uint8_t *)"\0\0\0\7ssh-dss", 11});
	byte_buf_put_text(&request, "session");
	byte_buf_put_text(&request, "signature");
	byte_buf_put_u8(&request, 0);
	ck_assert_ptr_nonnull(add_request());
	ck_assert_uint_eq(bindings.count, 0);
	ck_assert(may_log_in("session", NULL, false)); /* as for a client that does not bind */
}
END_TEST

START_TEST(the_same_binding_twice_is_one)
{
	for (int i = 0; i < 3; i++)
		ck_assert_ptr_null(add(&host_a, "hop", true));
	ck_assert_uint_eq(bindings.count, 1);
	ck_assert_ptr_null(add(&host_a, "another session with that host", true));
	ck_assert_uint_eq(bindings.count, 2);
}
END_TEST

START_TEST(one_session_with_two_hosts_is_refused)
{
	ck_assert_ptr_null(add(&host_a, "hop", true));
	ck_assert_str_eq(add(&host_b, "hop", true), "one session bound to two host keys");
	ck_assert_uint_eq(bindings.count, 1);
}
END_TEST

START_TEST(nothing_is_bound_after_a_binding_for_a_login)
{
	static const bool forwarding[] = {false, true};

	for (size_t i = 0; i < 2; i++) {
		bindings = (struct binding_list){0};
		ck_assert_ptr_null(add(&host_a, "session", false));
		ck_assert_str_eq(add(&host_b, "other", forwarding[i]),
				 "a session binding after one for a login");
		ck_assert_uint_eq(bindings.count, 1);
		bindings = (struct binding_list){0};
		ck_assert_ptr_null(add(&host_a, "session", false));
		ck_assert_ptr_nonnull(add(&host_a, "session", forwarding[i])); /* nor the same */
	}
}
END_TEST

START_TEST(a_chain_of_forwarding_ends_in_a_login)
{
	ck_assert_ptr_null(add(&host_a, "hop 1", true));
	ck_assert_ptr_null(add(&host_b, "hop 2", true));
	ck_assert_ptr_null(add(&host_a, "session", false));
	ck_assert(may_log_in("session", &host_a, true));
	ck_assert(!may_log_in("session", &host_b, true));
	ck_assert(!may_log_in("hop 1", NULL, true));
	ck_assert(!may_log_in("any", NULL, true));
}
END_TEST

/* Behind a hop may be a client that does not bind. */
START_TEST(behind_a_hop_any_session_but_the_hops_may_log_in)
{
	const struct binding *bound;

	ck_assert_ptr_null(add(&host_a, "hop 1", true));
	ck_assert_ptr_null(add(&host_b, "hop 2", true));
	ck_assert(may_log_in("any", NULL, false));
	ck_assert_ptr_nonnull(check("hop 1", NULL, &bound));
	ck_assert_ptr_nonnull(check("hop 2", &host_b, &bound));
}
END_TEST

START_TEST(sixteen_sessions_are_bound_and_no_more)
{
	char session_id[16];

	for (int i = 0; i < BINDINGS_MAX; i++) {
		snprintf(session_id, sizeof(session_id), "hop %d", i);
		ck_assert_ptr_null(add(&host_a, session_id, true));
	}
	ck_assert_ptr_null(add(&host_a, "hop 0", true)); /* it is bound already */
	ck_assert_str_eq(add(&host_a, "hop 16", true),
			 "too many session bindings on one connection");
	ck_assert_uint_eq(bindings.count, BINDINGS_MAX);
	ck_assert(!may_log_in("any", NULL, false));
}
END_TEST

START_TEST(attempts_are_bounded)
{
	for (int i = 0; i < BINDING_ATTEMPTS_MAX; i++)
		ck_assert_ptr_null(add(&host_a, "hop", true));
	ck_assert_str_eq(add(&host_a, "hop", true), "too many session bindings on one connection");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("binding");

	tcase_add_checked_fixture(tests, hosts_set_up, hosts_tear_down);
	tcase_add_test(tests, a_session_bind_request_is_parsed);
	tcase_add_test(tests, every_prefix_and_every_byte_too_many_is_badmsg);
	tcase_add_test(tests, a_session_id_that_is_empty_or_too_long_is_badmsg);
	tcase_add_test(tests, another_extension_is_no_session_bind);
	tcase_add_test(tests, without_bindings_any_session_may_log_in);
	tcase_add_test(tests, a_bound_connection_logs_in_to_that_session_and_host_only);
	tcase_add_test(tests, a_binding_with_any_byte_altered_is_refused_and_spoils);
	tcase_add_test(tests, a_spoiled_connection_logs_in_nowhere_and_is_bound_no_more);
	tcase_add_test(tests, a_binding_of_an_unknown_kind_of_key_counts_as_none);
	tcase_add_test(tests, the_same_binding_twice_is_one);
	tcase_add_test(tests, one_session_with_two_hosts_is_refused);
	tcase_add_test(tests, nothing_is_bound_after_a_binding_for_a_login);
	tcase_add_test(tests, a_chain_of_forwarding_ends_in_a_login);
	tcase_add_test(tests, behind_a_hop_any_session_but_the_hops_may_log_in);
	tcase_add_test(tests, sixteen_sessions_are_bound_and_no_more);
	tcase_add_test(tests, attempts_are_bounded);
	return unit_main(tests, "binding");
}
