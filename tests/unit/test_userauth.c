#include "agentd/userauth.h"

#include <errno.h>

#include "tests/support/exact.h"
#include "tests/support/login.h"
#include "tests/support/unit.h"

#define HOSTBOUND "publickey-hostbound-v00@openssh.com"

static struct byte_buf data;

static void buffer_set_up(void)
{
	byte_buf_init(&data, LOGIN_LEN_MAX);
}

static void buffer_tear_down(void)
{
	byte_buf_deinit(&data);
}

static struct login hostbound_sample(void)
{
	struct login login = login_sample();

	login.method = HOSTBOUND;
	login.host_key_blob = view_of("host key");
	return login;
}

/* The error of parsing a copy of exactly this size. */
static int parse_exactly(const void *bytes, size_t len)
{
	struct byte_view copy = exact_copy(bytes, len);
	struct userauth auth;
	int err = userauth_parse(copy, &auth);

	exact_free(copy);
	return err;
}

static int parse_login(const struct login *login)
{
	byte_buf_clear(&data);
	put_login(&data, login);
	return parse_exactly(data.data, data.len);
}

START_TEST(a_login_is_parsed)
{
	struct login login = login_sample();
	struct userauth auth;

	put_login(&data, &login);
	ck_assert_int_eq(userauth_parse(byte_buf_view(&data), &auth), 0);
	ck_assert(view_equals_text(auth.session_id, "session"));
	ck_assert(view_equals_text(auth.user, "git"));
	ck_assert(view_equals_text(auth.algorithm, "ssh-ed25519"));
	ck_assert(view_equal(auth.key_blob, login.key_blob));
	ck_assert_uint_eq(auth.host_key_blob.len, 0);
}
END_TEST

START_TEST(a_hostbound_login_is_parsed)
{
	struct login login = hostbound_sample();
	struct userauth auth;

	put_login(&data, &login);
	ck_assert_int_eq(userauth_parse(byte_buf_view(&data), &auth), 0);
	ck_assert(view_equals_text(auth.user, "git"));
	ck_assert(view_equal(auth.key_blob, login.key_blob));
	ck_assert(view_equals_text(auth.host_key_blob, "host key"));
}
END_TEST

START_TEST(every_prefix_and_every_byte_too_many_is_badmsg)
{
	struct login logins[] = {login_sample(), hostbound_sample()};

	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(parse_login(&logins[i]), 0);
		for (size_t len = 0; len < data.len; len++)
			ck_assert_int_eq(parse_exactly(data.data, len), -EBADMSG);
		byte_buf_put_u8(&data, 0);
		ck_assert_int_eq(parse_exactly(data.data, data.len), -EBADMSG);
	}
}
END_TEST

static void expect_badmsg(const char *what, const struct login *login)
{
	ck_assert_msg(parse_login(login) == -EBADMSG, "%s", what);
}

START_TEST(a_login_with_one_part_wrong_is_badmsg)
{
	static const uint8_t zeros[SESSION_ID_LEN_MAX + 1];
	struct login login;

#define EXPECT_BADMSG(member, ...)                                 \
	do {                                                       \
		login = login_sample();                            \
		login.member = __VA_ARGS__;                        \
		expect_badmsg(#member " = " #__VA_ARGS__, &login); \
	} while (0)
	EXPECT_BADMSG(session_id, view_of(""));
	EXPECT_BADMSG(session_id, (struct byte_view){zeros, SESSION_ID_LEN_MAX + 1});
	EXPECT_BADMSG(type, 51);
	EXPECT_BADMSG(user, (struct byte_view){(const uint8_t *)"git\0x", 5});
	EXPECT_BADMSG(service, "ssh-userauth");
	EXPECT_BADMSG(service, "");
	EXPECT_BADMSG(method, "password");
	EXPECT_BADMSG(method, "hostbased");
	EXPECT_BADMSG(method, HOSTBOUND); /* and no host key */
	EXPECT_BADMSG(has_signature, 0);
	EXPECT_BADMSG(has_signature, 2);
	EXPECT_BADMSG(key_blob, view_of(""));
	EXPECT_BADMSG(host_key_blob, view_of("host key")); /* and not host-bound */
#undef EXPECT_BADMSG
	login = hostbound_sample();
	login.host_key_blob.len = 0;
	expect_badmsg("empty host key", &login);
}
END_TEST

START_TEST(session_ids_up_to_the_cap_are_taken)
{
	static const uint8_t zeros[SESSION_ID_LEN_MAX];
	struct login login = login_sample();

	login.session_id = (struct byte_view){zeros, SESSION_ID_LEN_MAX};
	ck_assert_int_eq(parse_login(&login), 0);
	login.session_id.len = 1;
	ck_assert_int_eq(parse_login(&login), 0);
}
END_TEST

START_TEST(what_only_looks_like_a_login_is_badmsg)
{
	ck_assert_int_eq(parse_exactly("SSHSIG\0\0\0\3git", 13), -EBADMSG);
	ck_assert_int_eq(parse_exactly("", 0), -EBADMSG);
	ck_assert_int_eq(parse_exactly("\xff\xff\xff\xff", 4), -EBADMSG);
}
END_TEST

/* What userauth_mismatch says of a login with a key of this type and algorithm. */
static const char *mismatch(const char *key_type, const char *algorithm, uint32_t flags)
{
	struct userauth auth = {.algorithm = view_of(algorithm)};
	struct sign_request request = {.flags = flags};

	byte_buf_clear(&data);
	byte_buf_put_text(&data, key_type);
	byte_buf_put_text(&data, "fields");
	auth.key_blob = byte_buf_view(&data);
	request.key_blob = auth.key_blob;
	return userauth_mismatch(&auth, &request);
}

START_TEST(an_algorithm_is_that_of_its_key)
{
	static const char *const types[] = {
		"ssh-ed25519",
		"ecdsa-sha2-nistp256",
		"sk-ssh-ed25519@openssh.com",
		"ssh-ed25519-cert-v01@openssh.com",
		"a-type-of-the-future@example.com",
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		ck_assert_ptr_null(mismatch(types[i], types[i], 0));
		ck_assert_ptr_nonnull(mismatch(types[i], "ssh-rsa", 0));
		ck_assert_ptr_nonnull(mismatch(types[i], "rsa-sha2-512", SSH_AGENT_RSA_SHA2_512));
		ck_assert_ptr_nonnull(mismatch(types[i], "", 0));
		ck_assert_ptr_nonnull(mismatch(types[i], types[i], 1));
		ck_assert_ptr_nonnull(mismatch(types[i], types[i], 8));
	}
}
END_TEST

START_TEST(rsa_algorithms_and_flags_agree)
{
	static const struct {
		const char *key_type;
		const char *algorithm;
		uint32_t flags;
	} good[] = {
		{"ssh-rsa", "rsa-sha2-256", SSH_AGENT_RSA_SHA2_256},
		{"ssh-rsa", "rsa-sha2-512", SSH_AGENT_RSA_SHA2_512},
		{"ssh-rsa-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com",
		 SSH_AGENT_RSA_SHA2_256},
		{"ssh-rsa-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com",
		 SSH_AGENT_RSA_SHA2_512},
	};

	for (size_t i = 0; i < 4; i++) {
		for (uint32_t flags = 0; flags < 16; flags++) {
			for (size_t j = 0; j < 4; j++) {
				bool agrees = strcmp(good[i].key_type, good[j].key_type) == 0 &&
					      flags == good[j].flags;

				ck_assert_int_eq(mismatch(good[i].key_type, good[j].algorithm,
							  flags) == NULL,
						 agrees);
			}
		}
	}
}
END_TEST

START_TEST(rsa_with_sha1_is_refused)
{
	ck_assert_str_eq(mismatch("ssh-rsa", "ssh-rsa", 0),
			 "RSA signatures with SHA-1 (ssh-rsa) are not made");
	ck_assert_ptr_nonnull(
		mismatch("ssh-rsa-cert-v01@openssh.com", "ssh-rsa-cert-v01@openssh.com", 0));
	ck_assert_ptr_nonnull(mismatch("ssh-rsa", "ssh-rsa", SSH_AGENT_RSA_SHA2_256));
}
END_TEST

START_TEST(another_key_than_the_one_asked_for_is_refused)
{
	struct login login = login_sample();
	struct userauth auth = {.algorithm = view_of("ssh-ed25519"), .key_blob = login.key_blob};
	struct sign_request request = {.key_blob = login.key_blob};

	ck_assert_ptr_null(userauth_mismatch(&auth, &request));
	for (size_t i = 0; i < login.key_blob.len; i++) {
		struct byte_view other = exact_copy(login.key_blob.ptr, login.key_blob.len);

		((uint8_t *)(uintptr_t)other.ptr)[i] ^= 1;
		request.key_blob = other;
		ck_assert_ptr_nonnull(userauth_mismatch(&auth, &request));
		exact_free(other);
	}
}
END_TEST

/* ssh asks the plain key to sign a login with a certificate over it. */
START_TEST(a_certificate_over_the_key_asked_for_is_that_key)
{
	struct login login = login_sample();
	struct userauth auth = {.algorithm = view_of("ssh-ed25519-cert-v01@openssh.com")};
	struct sign_request request = {.key_blob = login.key_blob};
	struct byte_view fields = {login.key_blob.ptr + 15, login.key_blob.len - 15};

	byte_buf_put_text(&data, "ssh-ed25519-cert-v01@openssh.com");
	byte_buf_put_text(&data, "nonce");
	byte_buf_put_bytes(&data, fields.ptr, fields.len);
	byte_buf_put_text(&data, "the rest");
	auth.key_blob = byte_buf_view(&data);
	ck_assert_ptr_null(userauth_mismatch(&auth, &request));

	auth.algorithm = view_of("ssh-ed25519");
	ck_assert_ptr_nonnull(userauth_mismatch(&auth, &request));
	auth.algorithm = view_of("ssh-ed25519-cert-v01@openssh.com");
	data.data[4 + strlen("ssh-ed25519-cert-v01@openssh.com") + 4 + 5 + 4] ^= 1;
	ck_assert_ptr_nonnull(userauth_mismatch(&auth, &request)); /* another key's certificate */
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("userauth");

	tcase_add_checked_fixture(tests, buffer_set_up, buffer_tear_down);
	tcase_add_test(tests, a_login_is_parsed);
	tcase_add_test(tests, a_hostbound_login_is_parsed);
	tcase_add_test(tests, every_prefix_and_every_byte_too_many_is_badmsg);
	tcase_add_test(tests, a_login_with_one_part_wrong_is_badmsg);
	tcase_add_test(tests, session_ids_up_to_the_cap_are_taken);
	tcase_add_test(tests, what_only_looks_like_a_login_is_badmsg);
	tcase_add_test(tests, an_algorithm_is_that_of_its_key);
	tcase_add_test(tests, rsa_algorithms_and_flags_agree);
	tcase_add_test(tests, rsa_with_sha1_is_refused);
	tcase_add_test(tests, another_key_than_the_one_asked_for_is_refused);
	tcase_add_test(tests, a_certificate_over_the_key_asked_for_is_that_key);
	return unit_main(tests, "userauth");
}
