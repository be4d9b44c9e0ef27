#include "bench/load_request.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "bench/signature_check.h"
#include "common/agent_msg.h"
#include "common/frame.h"
#include "tests/support/unit.h"

enum { SSH_MSG_USERAUTH_REQUEST = 50 };

/* A key blob of the type, its other content of no interest here. */
static struct byte_view put_key_blob(struct byte_buf *buf, const char *type)
{
	byte_buf_init(buf, 1024);
	byte_buf_put_text(buf, type);
	byte_buf_put_text(buf, "numbers");
	return byte_buf_view(buf);
}

static struct sign_request parse_request(const struct load_request *request)
{
	struct byte_view frame = byte_buf_view(&request->frame);
	struct sign_request parsed;
	size_t body_len;

	ck_assert_int_eq(frame_peek(frame, &body_len), 0);
	ck_assert_uint_eq(frame.len, FRAME_HEADER_LEN + body_len);
	ck_assert_int_eq(agent_parse_sign_request(frame_body(frame, body_len), &parsed), 0);
	return parsed;
}

/* RFC 4252 section 7. */
static void assert_is_login(struct byte_view data, const char *algorithm, struct byte_view key)
{
	struct reader r = reader_of(data);

	ck_assert_uint_eq(reader_string(&r).len, 32);
	ck_assert_uint_eq(reader_u8(&r), SSH_MSG_USERAUTH_REQUEST);
	ck_assert_uint_gt(reader_string(&r).len, 0);
	ck_assert(view_equals_text(reader_string(&r), "ssh-connection"));
	ck_assert(view_equals_text(reader_string(&r), "publickey"));
	ck_assert_uint_eq(reader_u8(&r), 1);
	ck_assert(view_equals_text(reader_string(&r), algorithm));
	ck_assert(view_equal(reader_string(&r), key));
	ck_assert_int_eq(reader_finish(&r), 0);
}

static void check_login(const char *key_type, const char *algorithm, uint32_t flags)
{
	struct load_request request;
	struct sign_request parsed;
	struct byte_buf buf;
	struct byte_view key = put_key_blob(&buf, key_type);

	ck_assert_int_eq(load_request_sign(&request, key, 0), 0);
	parsed = parse_request(&request);
	ck_assert(view_equal(parsed.key_blob, key));
	ck_assert_uint_eq(parsed.flags, flags);
	assert_is_login(parsed.data, algorithm, key);
	load_request_deinit(&request);
	byte_buf_deinit(&buf);
}

START_TEST(what_is_signed_is_a_login)
{
	check_login("ssh-ed25519", "ssh-ed25519", 0);
	check_login("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", 0);
	check_login("ssh-rsa", "rsa-sha2-512", SSH_AGENT_RSA_SHA2_512);
}
END_TEST

START_TEST(data_is_of_the_length_asked_for)
{
	struct load_request request;
	struct byte_buf buf;
	struct byte_view key = put_key_blob(&buf, "ssh-ed25519");
	struct sign_request parsed;

	ck_assert_int_eq(load_request_sign(&request, key, 1000), 0);
	parsed = parse_request(&request);
	ck_assert_uint_eq(parsed.data.len, 1000);
	assert_is_login(parsed.data, "ssh-ed25519", key);
	load_request_deinit(&request);
	ck_assert_int_eq(load_request_sign(&request, key, 10), -EMSGSIZE);
	load_request_deinit(&request);
	ck_assert_int_eq(load_request_sign(&request, key, FRAME_BODY_MAX), -EMSGSIZE);
	load_request_deinit(&request);
	byte_buf_deinit(&buf);
}
END_TEST

START_TEST(a_number_changes_the_session_id_and_nothing_else)
{
	struct load_request request;
	struct byte_buf buf;
	struct byte_view key = put_key_blob(&buf, "ssh-ed25519");
	struct reader r;

	ck_assert_int_eq(load_request_sign(&request, key, 0), 0);
	load_request_number(&request, UINT64_MAX);
	assert_is_login(parse_request(&request).data, "ssh-ed25519", key);
	r = reader_of(parse_request(&request).data);
	ck_assert_uint_eq(reader_u32(&r), 32);
	ck_assert_uint_eq(reader_u64(&r), UINT64_MAX);
	load_request_deinit(&request);
	byte_buf_deinit(&buf);
}
END_TEST

/* An Ed25519 key of a constant; its blob in *buf. */
static EVP_PKEY *real_key(struct byte_buf *buf)
{
	static const uint8_t secret[32] = "of nobody";
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, 32);
	uint8_t point[32];
	size_t len = sizeof(point);

	ck_assert_int_eq(EVP_PKEY_get_raw_public_key(key, point, &len), 1);
	byte_buf_init(buf, 1024);
	byte_buf_put_text(buf, "ssh-ed25519");
	byte_buf_put_string(buf, (struct byte_view){point, len});
	return key;
}

/* The reply to the request as it stands, appended to *reply. */
static void put_reply(struct byte_buf *reply, EVP_PKEY *key, const struct load_request *request)
{
	struct byte_view data = parse_request(request).data;
	uint8_t signature[64];
	size_t len = sizeof(signature);
	struct byte_buf blob;
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	ck_assert_int_eq(EVP_DigestSignInit(context, NULL, NULL, NULL, key), 1);
	ck_assert_int_eq(EVP_DigestSign(context, signature, &len, data.ptr, data.len), 1);
	EVP_MD_CTX_free(context);
	byte_buf_init(&blob, 1024);
	byte_buf_put_text(&blob, "ssh-ed25519");
	byte_buf_put_string(&blob, (struct byte_view){signature, len});
	byte_buf_init(reply, 1024);
	byte_buf_put_u8(reply, SSH_AGENT_SIGN_RESPONSE);
	byte_buf_put_string(reply, byte_buf_view(&blob));
	byte_buf_deinit(&blob);
}

static int check(const struct load_request *request, const struct byte_buf *reply)
{
	return signature_check(byte_buf_view(&request->frame), byte_buf_view(reply));
}

START_TEST(a_signature_of_something_else_is_no_reply)
{
	struct load_request request;
	struct byte_buf buf;
	struct byte_buf reply;
	EVP_PKEY *key = real_key(&buf);

	ck_assert_int_eq(load_request_sign(&request, byte_buf_view(&buf), 0), 0);
	load_request_number(&request, 7);
	put_reply(&reply, key, &request);
	load_request_number(&request, 8);
	ck_assert_int_eq(check(&request, &reply), -EKEYREJECTED);
	load_request_number(&request, 7);
	ck_assert_int_eq(check(&request, &reply), 0);
	reply.data[reply.len - 1] ^= 1;
	ck_assert_int_eq(check(&request, &reply), -EKEYREJECTED);
	load_request_deinit(&request);
	byte_buf_deinit(&reply);
	byte_buf_deinit(&buf);
	EVP_PKEY_free(key);
}
END_TEST

START_TEST(a_request_stays_in_its_session)
{
	struct load_request request;
	struct byte_buf buf;
	uint8_t before[512];
	struct reader r;
	struct byte_view key = put_key_blob(&buf, "ssh-ed25519");

	ck_assert_int_eq(load_request_sign(&request, key, 0), 0);
	load_request_stay_in_session(&request);
	ck_assert_uint_lt(request.frame.len, sizeof(before));
	memcpy(before, request.frame.data, request.frame.len);
	load_request_number(&request, UINT64_MAX);
	ck_assert_mem_eq(before, request.frame.data, request.frame.len);
	r = reader_of(parse_request(&request).data);
	ck_assert(view_equal(reader_string(&r), load_request_session_id()));
	load_request_deinit(&request);
	byte_buf_deinit(&buf);
}
END_TEST

START_TEST(only_the_reply_asked_for_is_good)
{
	static const uint8_t failure[] = {SSH_AGENT_FAILURE};
	static const uint8_t no_identities[] = {SSH_AGENT_IDENTITIES_ANSWER, 0, 0, 0, 0};
	static const uint8_t one_claimed[] = {SSH_AGENT_IDENTITIES_ANSWER, 0, 0, 0, 1};
	static const uint8_t empty_signature[] = {SSH_AGENT_SIGN_RESPONSE, 0, 0, 0, 0};
	static const uint8_t signature[] = {
		SSH_AGENT_SIGN_RESPONSE, 0, 0, 0, 10, 0, 0, 0, 1, 'a', 0, 0, 0, 1, 's'};
	struct load_request list;
	struct load_request sign = {.reply_type = SSH_AGENT_SIGN_RESPONSE};

#define REPLY(bytes) ((struct byte_view){bytes, sizeof(bytes)})
	ck_assert_int_eq(load_request_list(&list, 0), 0);
	ck_assert_int_eq(load_request_check_reply(&list, REPLY(no_identities)), 0);
	ck_assert_int_eq(load_request_check_reply(&list, REPLY(one_claimed)), -EBADMSG);
	list.identities = 3;
	ck_assert_int_eq(load_request_check_reply(&list, REPLY(no_identities)), -EBADMSG);
	ck_assert_int_eq(load_request_check_reply(&list, REPLY(signature)), -EBADMSG);
	ck_assert_int_eq(load_request_check_reply(&list, REPLY(failure)), -EPERM);
	ck_assert_int_eq(load_request_check_reply(&sign, REPLY(signature)), 0);
	ck_assert_int_eq(load_request_check_reply(&sign, REPLY(empty_signature)), -EBADMSG);
	ck_assert_int_eq(load_request_check_reply(&sign, REPLY(no_identities)), -EBADMSG);
	ck_assert_int_eq(load_request_check_reply(&sign, REPLY(failure)), -EPERM);
#undef REPLY
	load_request_deinit(&list);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("load_request");

	tcase_add_test(tests, what_is_signed_is_a_login);
	tcase_add_test(tests, data_is_of_the_length_asked_for);
	tcase_add_test(tests, a_number_changes_the_session_id_and_nothing_else);
	tcase_add_test(tests, a_signature_of_something_else_is_no_reply);
	tcase_add_test(tests, a_request_stays_in_its_session);
	tcase_add_test(tests, only_the_reply_asked_for_is_good);
	return unit_main(tests, "load_request");
}
