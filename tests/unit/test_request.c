#include "agentd/keeper/request.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "agentd/keeper/public_line.h"
#include "common/frame.h"
#include "tests/support/exact.h"
#include "tests/support/unit.h"
#include "tests/support/workspace.h"

static const char session_bind_request[] = "\x1b\0\0\0\x18session-bind@openssh.com";

static void make_certificate(void)
{
	workspace_enter();
	workspace_run("ssh-keygen -q -t ed25519 -N '' -f ca && ssh-keygen -q -t ed25519 -N '' -f a"
		      " && ssh-keygen -q -s ca -I someone -n someone a.pub");
}

/* One id with an Ed25519 key, and an id without keys. */
static const struct keyring_id *make_ring(struct keyring *ring, struct byte_view certificate)
{
	struct key key;
	const char *why;

	keyring_init(ring, 2);
	ck_assert_int_eq(key_init(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), &key, &why), 0);
	key.comment = strdup("a comment");
	ck_assert_int_eq(keyring_add_id(ring, "empty"), 0);
	ck_assert_int_eq(keyring_add_id(ring, "one"), 0);
	ck_assert_int_eq(keyring_add_key(ring, &key, certificate), 0);
	ck_assert_int_eq(keyring_seal(ring), 0);
	return keyring_find(ring, view_of("one"));
}

static const struct byte_view none = {NULL, 0};

/* The reply's body, in reply, which the caller deinits. */
static struct byte_view ask(const struct keyring_id *id, struct byte_view request,
			    struct byte_buf *reply)
{
	struct byte_view copy = exact_copy(request.ptr, request.len);
	size_t body_len = 0;

	byte_buf_init(reply, FRAME_LEN_MAX);
	request_answer(id, 1, copy, reply);
	exact_free(copy);
	ck_assert_int_eq(frame_peek(byte_buf_view(reply), &body_len), 0);
	ck_assert_uint_eq(reply->len, FRAME_HEADER_LEN + body_len); /* and nothing more */
	return frame_body(byte_buf_view(reply), body_len);
}

static void assert_answer_type(const struct keyring_id *id, struct byte_view request,
			       enum agent_msg_type expected)
{
	struct byte_buf reply;

	ck_assert_uint_eq(ask(id, request, &reply).ptr[0], expected);
	byte_buf_deinit(&reply);
}

static void put_sign_request(struct byte_buf *buf, struct byte_view blob, uint32_t flags)
{
	byte_buf_init(buf, 4096);
	byte_buf_put_u8(buf, SSH_AGENTC_SIGN_REQUEST);
	byte_buf_put_string(buf, blob);
	byte_buf_put_text(buf, "data");
	byte_buf_put_u32(buf, flags);
}

START_TEST(identities_are_listed_with_comments)
{
	static const uint8_t request[] = {SSH_AGENTC_REQUEST_IDENTITIES};
	struct identity_list list;
	struct identity identity;
	struct keyring ring;
	struct byte_buf reply;
	const struct keyring_id *id = make_ring(&ring, none);

	ck_assert_int_eq(
		agent_identities_start(ask(id, (struct byte_view){request, 1}, &reply), &list), 0);
	ck_assert_int_eq(agent_identities_next(&list, &identity), 0);
	ck_assert(view_equals_text(identity.comment, "a comment"));
	ck_assert(view_equal(identity.key_blob, byte_buf_view(&id->identities[0].blob)));
	ck_assert_int_eq(agent_identities_next(&list, &identity), -ENOENT);
	byte_buf_deinit(&reply);

	id = keyring_find(&ring, view_of("empty"));
	ck_assert_int_eq(
		agent_identities_start(ask(id, (struct byte_view){request, 1}, &reply), &list), 0);
	ck_assert_uint_eq(list.left, 0);
	byte_buf_deinit(&reply);
	keyring_deinit(&ring);
}
END_TEST

START_TEST(only_keys_of_the_id_sign)
{
	struct keyring ring;
	struct byte_buf request;
	const struct keyring_id *id = make_ring(&ring, none);

	put_sign_request(&request, byte_buf_view(&id->identities[0].blob), 0);
	assert_answer_type(id, byte_buf_view(&request), SSH_AGENT_SIGN_RESPONSE);
	assert_answer_type(keyring_find(&ring, view_of("empty")), byte_buf_view(&request),
			   SSH_AGENT_FAILURE);
	byte_buf_deinit(&request);
	keyring_deinit(&ring);
}
END_TEST

START_TEST(every_truncation_of_a_sign_request_fails)
{
	struct keyring ring;
	struct byte_buf request;
	const struct keyring_id *id = make_ring(&ring, none);

	put_sign_request(&request, byte_buf_view(&id->identities[0].blob), 0);
	for (size_t len = 1; len < request.len; len++)
		assert_answer_type(id, (struct byte_view){request.data, len}, SSH_AGENT_FAILURE);
	byte_buf_put_u8(&request, 0);
	assert_answer_type(id, byte_buf_view(&request), SSH_AGENT_FAILURE);
	byte_buf_deinit(&request);
	keyring_deinit(&ring);
}
END_TEST

START_TEST(what_would_change_an_agent_fails)
{
	struct keyring ring;
	const struct keyring_id *id = make_ring(&ring, none);

	for (int type = 0; type <= UINT8_MAX; type++) {
		uint8_t request[] = {(uint8_t)type, 0, 0, 0, 0};

		assert_answer_type(id, (struct byte_view){request, sizeof(request)},
				   SSH_AGENT_FAILURE);
	}
	ck_assert_uint_eq(id->identity_count, 1);
	keyring_deinit(&ring);
}
END_TEST

START_TEST(query_names_the_extensions)
{
	static const uint8_t request[] = "\x1b\0\0\0\5query";
	struct keyring ring;
	struct byte_buf reply;
	const struct keyring_id *id = make_ring(&ring, none);
	struct byte_view body = ask(id, (struct byte_view){request, sizeof(request) - 1}, &reply);
	struct reader r = reader_of(body);

	ck_assert_uint_eq(reader_u8(&r), SSH_AGENT_EXTENSION_RESPONSE);
	ck_assert(view_equals_text(reader_string(&r), "query"));
	ck_assert(view_equals_text(reader_string(&r), "query"));
	ck_assert(view_equals_text(reader_string(&r), "session-bind@openssh.com"));
	ck_assert_int_eq(reader_finish(&r), 0);
	byte_buf_deinit(&reply);
	keyring_deinit(&ring);
}
END_TEST

START_TEST(session_bind_succeeds_and_other_extensions_fail)
{
	static const uint8_t other[] = "\x1b\0\0\0\5other";
	struct byte_view bind = {(const uint8_t *)session_bind_request,
				 sizeof(session_bind_request) - 1};
	struct keyring ring;
	const struct keyring_id *id = make_ring(&ring, none);

	assert_answer_type(id, bind, SSH_AGENT_SUCCESS);
	assert_answer_type(id, (struct byte_view){other, sizeof(other) - 1}, SSH_AGENT_FAILURE);
	bind.len--;
	assert_answer_type(id, bind, SSH_AGENT_FAILURE);
	keyring_deinit(&ring);
}
END_TEST

START_TEST(certificate_is_offered_and_signs)
{
	static const char certificate[] = "certificate blob";
	struct keyring ring;
	struct byte_buf request;
	const struct keyring_id *id = make_ring(&ring, view_of(certificate));

	ck_assert_uint_eq(id->identity_count, 2);
	put_sign_request(&request, view_of(certificate), 0);
	assert_answer_type(id, byte_buf_view(&request), SSH_AGENT_SIGN_RESPONSE);
	byte_buf_deinit(&request);
	keyring_deinit(&ring);
}
END_TEST

static struct public_line read_line(const char *path)
{
	struct public_line line;
	struct byte_buf text;

	byte_buf_init(&text, 64 * 1024);
	workspace_read(path, &text);
	ck_assert_int_eq(public_line_parse(byte_buf_view(&text), &line), 0);
	byte_buf_deinit(&text);
	return line;
}

START_TEST(certificate_is_recognized_by_the_key_in_it)
{
	struct public_line key = read_line("a.pub");
	struct public_line other = read_line("ca.pub");
	struct public_line certificate = read_line("a-cert.pub");
	struct byte_view blob = byte_buf_view(&certificate.blob);

	ck_assert(public_blob_is_certified(byte_buf_view(&key.blob), blob));
	ck_assert(!public_blob_is_certified(byte_buf_view(&other.blob), blob));
	ck_assert(!public_blob_is_certified(byte_buf_view(&key.blob), byte_buf_view(&key.blob)));
	/* Cut before the end of the key, it certifies nothing; nor is anything read beyond it. */
	for (size_t len = 0; len < blob.len; len++) {
		struct byte_view cut = exact_copy(blob.ptr, len);

		if (len < 4 + 32 + 4 + 32 + 4 + 32)
			ck_assert(!public_blob_is_certified(byte_buf_view(&key.blob), cut));
		else
			(void)public_blob_is_certified(byte_buf_view(&key.blob), cut);
		exact_free(cut);
	}
	public_line_deinit(&key);
	public_line_deinit(&other);
	public_line_deinit(&certificate);
}
END_TEST

START_TEST(forgotten_keys_are_neither_listed_nor_used)
{
	static const uint8_t list_request[] = {SSH_AGENTC_REQUEST_IDENTITIES};
	struct identity_list list;
	struct keyring ring;
	struct byte_buf request;
	struct byte_buf reply;
	const struct keyring_id *id = make_ring(&ring, none);

	put_sign_request(&request, byte_buf_view(&id->identities[0].blob), 0);
	keyring_forget(&ring);
	assert_answer_type(id, byte_buf_view(&request), SSH_AGENT_FAILURE);
	ck_assert_int_eq(
		agent_identities_start(ask(id, (struct byte_view){list_request, 1}, &reply), &list),
		0);
	ck_assert_uint_eq(list.left, 0);
	byte_buf_deinit(&reply);
	byte_buf_deinit(&request);
	keyring_deinit(&ring);
}
END_TEST

START_TEST(a_key_is_added_once_to_an_id)
{
	struct keyring ring;
	struct key key;
	const char *why;

	keyring_init(&ring, 1);
	ck_assert_int_eq(keyring_add_id(&ring, "one"), 0);
	ck_assert_int_eq(key_init(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), &key, &why), 0);
	for (int i = 0; i < 2; i++) {
		struct key copy = {.pkey = key.pkey, .comment = NULL};

		ck_assert_int_eq(EVP_PKEY_up_ref(key.pkey), 1);
		byte_buf_init(&copy.blob, KEY_BLOB_MAX);
		byte_buf_put_bytes(&copy.blob, key.blob.data, key.blob.len);
		ck_assert_int_eq(keyring_add_key(&ring, &copy, none), i == 0 ? 0 : -EEXIST);
		key_deinit(&copy);
	}
	key_deinit(&key);
	keyring_deinit(&ring);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("request");

	tcase_set_timeout(tests, 30);
	tcase_add_unchecked_fixture(tests, make_certificate, workspace_leave);
	tcase_add_test(tests, identities_are_listed_with_comments);
	tcase_add_test(tests, only_keys_of_the_id_sign);
	tcase_add_test(tests, every_truncation_of_a_sign_request_fails);
	tcase_add_test(tests, what_would_change_an_agent_fails);
	tcase_add_test(tests, query_names_the_extensions);
	tcase_add_test(tests, session_bind_succeeds_and_other_extensions_fail);
	tcase_add_test(tests, certificate_is_offered_and_signs);
	tcase_add_test(tests, certificate_is_recognized_by_the_key_in_it);
	tcase_add_test(tests, forgotten_keys_are_neither_listed_nor_used);
	tcase_add_test(tests, a_key_is_added_once_to_an_id);
	return unit_main(tests, "request");
}
