/*
 * fuzz_agent_msg - one message of the agent protocol, through every parser of agent_msg.h, and
 * what is said of the keys in it.
 */
#include <errno.h>

#include "common/agent_msg.h"
#include "common/fingerprint.h"
#include "common/frame.h"
#include "common/key_blob.h"
#include "tests/fuzz/fuzz.h"

static void check_key(struct byte_view blob)
{
	char text[FINGERPRINT_TEXT_MAX];
	struct byte_view type = key_blob_type(blob);
	unsigned bits = key_blob_bits(blob);

	FUZZ_CHECK(fuzz_is_inside(type, blob));
	FUZZ_CHECK(bits == 0 || type.len > 0);
	FUZZ_CHECK(bits <= 8 * blob.len || !view_equals_text(type, "ssh-rsa"));
	fingerprint_of_blob(blob, text);
	FUZZ_CHECK(strlen(text) == FINGERPRINT_TEXT_MAX - 1);
}

static void check_sign_request(struct byte_view body)
{
	struct sign_request request;
	struct byte_buf again;

	if (agent_parse_sign_request(body, &request) != 0)
		return;
	FUZZ_CHECK(fuzz_is_inside(request.key_blob, body) && fuzz_is_inside(request.data, body));
	byte_buf_init(&again, 2 * body.len);
	byte_buf_put_u8(&again, SSH_AGENTC_SIGN_REQUEST);
	byte_buf_put_string(&again, request.key_blob);
	byte_buf_put_string(&again, request.data);
	byte_buf_put_u32(&again, request.flags);
	FUZZ_CHECK(fuzz_took_bytes(&again, body));
	check_key(request.key_blob);
}

static void check_extension(struct byte_view body)
{
	struct byte_view name;
	struct byte_buf again;

	if (agent_parse_extension_name(body, &name) != 0)
		return;
	FUZZ_CHECK(fuzz_is_inside(name, body));
	byte_buf_init(&again, 2 * body.len);
	byte_buf_put_u8(&again, SSH_AGENTC_EXTENSION);
	byte_buf_put_string(&again, name);
	byte_buf_put_bytes(&again, body.ptr + again.len, body.len - again.len);
	FUZZ_CHECK(fuzz_took_bytes(&again, body));
}

static void check_identities(struct byte_view body)
{
	struct identity_list list;
	struct identity identity;
	struct byte_buf again;
	uint32_t count = 0;
	uint32_t claimed;
	int err;

	if (agent_identities_start(body, &list) != 0)
		return;
	claimed = list.left;
	byte_buf_init(&again, 2 * body.len);
	byte_buf_put_u8(&again, SSH_AGENT_IDENTITIES_ANSWER);
	byte_buf_put_u32(&again, claimed);
	while ((err = agent_identities_next(&list, &identity)) == 0) {
		FUZZ_CHECK(++count <= claimed);
		FUZZ_CHECK(fuzz_is_inside(identity.key_blob, body) &&
			   fuzz_is_inside(identity.comment, body));
		byte_buf_put_string(&again, identity.key_blob);
		byte_buf_put_string(&again, identity.comment);
		check_key(identity.key_blob);
	}
	if (err == -ENOENT)
		FUZZ_CHECK(count == claimed && view_equal(byte_buf_view(&again), body));
	else
		FUZZ_CHECK(err == -EBADMSG);
	FUZZ_CHECK(agent_identities_next(&list, &identity) == err); /* and so it stays */
	byte_buf_deinit(&again);
}

static void check_simple(uint8_t type)
{
	struct byte_buf frame;
	size_t body_len = 0;

	byte_buf_init(&frame, FRAME_LEN_MAX);
	agent_put_simple(&frame, type);
	FUZZ_CHECK(frame_peek(byte_buf_view(&frame), &body_len) == 0 && body_len == 1);
	FUZZ_CHECK(frame_body(byte_buf_view(&frame), body_len).ptr[0] == type);
	byte_buf_deinit(&frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct byte_view body = {data, size};

	check_sign_request(body);
	check_extension(body);
	check_identities(body);
	check_key(body);
	if (size > 0)
		check_simple(data[0]);
	return 0;
}
