/*
 * fuzz_keeper - requests to the keeper, past the gate: it answers each with one whole frame, and signs for the key
 * that it has only. Also, where a zero byte comes first, a line of a .pub file.
 */
#include <errno.h>
#include <openssl/evp.h>

#include "agentd/keeper/public_line.h"
#include "agentd/keeper/request.h"
#include "common/frame.h"
#include "tests/fuzz/fuzz.h"

static struct keyring ring;
static const struct keyring_id *id;

static void set_up(void)
{
	static const uint8_t seed[32] = {1};
	struct key key;
	const char *why;

	if (id != NULL)
		return;
	keyring_init(&ring, 1);
	FUZZ_CHECK(
		key_init(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed)),
			 &key, &why) == 0);
	FUZZ_CHECK(keyring_add_id(&ring, "one") == 0 &&
		   keyring_add_key(&ring, &key, (struct byte_view){0}) == 0 &&
		   keyring_seal(&ring) == 0);
	id = keyring_find(&ring, view_of("one"));
	FUZZ_CHECK(id != NULL);
}

static void check_line(struct byte_view text)
{
	struct public_line line;
	int err = public_line_parse(text, &line);

	FUZZ_CHECK(err == 0 || err == -EBADMSG || err == -EMSGSIZE);
	if (err != 0)
		return;
	FUZZ_CHECK(line.blob.len > 0 && fuzz_is_inside(line.comment, text));
	(void)public_blob_is_certified(byte_buf_view(&id->identities[0].blob),
				       byte_buf_view(&line.blob));
	public_line_deinit(&line);
}

static void check_request(struct byte_view request)
{
	struct sign_request sign;
	struct byte_buf reply;
	size_t body_len;
	uint8_t type;

	byte_buf_init(&reply, FRAME_LEN_MAX);
	request_answer(id, 0, request, &reply);
	FUZZ_CHECK(byte_buf_status(&reply) == 0);
	FUZZ_CHECK(frame_peek(byte_buf_view(&reply), &body_len) == 0);
	FUZZ_CHECK(reply.len == FRAME_HEADER_LEN + body_len);
	type = reply.data[FRAME_HEADER_LEN];
	FUZZ_CHECK(type == SSH_AGENT_FAILURE || type == SSH_AGENT_SUCCESS ||
		   type == SSH_AGENT_IDENTITIES_ANSWER || type == SSH_AGENT_SIGN_RESPONSE ||
		   type == SSH_AGENT_EXTENSION_RESPONSE || type == SSH_AGENT_EXTENSION_FAILURE);
	if (type == SSH_AGENT_SIGN_RESPONSE)
		FUZZ_CHECK(agent_parse_sign_request(request, &sign) == 0 &&
			   view_equal(sign.key_blob, byte_buf_view(&id->identities[0].blob)));
	byte_buf_deinit(&reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	set_up();
	if (size > 0 && data[0] == 0)
		check_line((struct byte_view){data + 1, size - 1});
	else if (size > 0)
		check_request((struct byte_view){data, size});
	return 0;
}
