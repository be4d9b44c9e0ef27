#include "agentd/keeper/request.h"

#include <errno.h>

#include "common/frame.h"

static int answer_identities(const struct keyring_id *id, struct byte_view body,
			     struct byte_buf *reply)
{
	struct byte_view answer = byte_buf_view(&id->answer);

	if (body.len != 1)
		return -EBADMSG;
	byte_buf_put_bytes(reply, answer.ptr, answer.len);
	return 0;
}

static int answer_sign(const struct keyring_id *id, size_t worker, struct byte_view body,
		       struct byte_buf *reply)
{
	struct sign_request request;
	size_t frame_mark;
	size_t string_mark;
	int err;

	err = agent_parse_sign_request(body, &request);
	if (err != 0)
		return err;
	frame_mark = frame_begin(reply);
	byte_buf_put_u8(reply, SSH_AGENT_SIGN_RESPONSE);
	string_mark = frame_begin(reply); /* an SSH string has the form of a frame */
	err = keyring_sign(id, worker, &request, reply);
	frame_end(reply, string_mark);
	frame_end(reply, frame_mark);
	return err;
}

/* RFC 9987 section 3.8.1: the query's own name, then the extensions that are served. */
static void put_extensions(struct byte_buf *reply)
{
	size_t mark = frame_begin(reply);

	byte_buf_put_u8(reply, SSH_AGENT_EXTENSION_RESPONSE);
	byte_buf_put_text(reply, AGENT_EXT_QUERY);
	byte_buf_put_text(reply, AGENT_EXT_QUERY);
	byte_buf_put_text(reply, AGENT_EXT_SESSION_BIND);
	frame_end(reply, mark);
}

static int answer_extension(struct byte_view body, struct byte_buf *reply)
{
	struct byte_view name;
	int err;

	err = agent_parse_extension_name(body, &name);
	if (err != 0)
		return err;
	if (view_equals_text(name, AGENT_EXT_QUERY))
		put_extensions(reply);
	else if (view_equals_text(name, AGENT_EXT_SESSION_BIND))
		/* The front's gate verifies bindings; keys from files have no constraints that
		 * would need them here. */
		agent_put_simple(reply, SSH_AGENT_SUCCESS);
	else
		return -ENOTSUP; /* RFC 9987 section 3.8: SSH_AGENT_FAILURE for unknown ones */
	return 0;
}

void request_answer(const struct keyring_id *id, size_t worker, struct byte_view body,
		    struct byte_buf *reply)
{
	int err = -ENOTSUP;

	switch (body.ptr[0]) {
	case SSH_AGENTC_REQUEST_IDENTITIES:
		err = answer_identities(id, body, reply);
		break;
	case SSH_AGENTC_SIGN_REQUEST:
		err = answer_sign(id, worker, body, reply);
		break;
	case SSH_AGENTC_EXTENSION:
		err = answer_extension(body, reply);
		break;
	default: /* nothing that changes an agent, and nothing unknown */
		break;
	}
	if (err != 0 || byte_buf_status(reply) != 0) {
		byte_buf_clear(reply);
		agent_put_simple(reply, SSH_AGENT_FAILURE);
	}
}
