#include "agentd/identity_filter.h"

#include <errno.h>

#include "common/agent_msg.h"
#include "common/frame.h"

/* Appends those allowed; *count is how many. */
static int put_allowed(const struct rules *rules, struct identity_list *list, struct byte_buf *out,
		       uint32_t *count)
{
	struct identity identity;
	int err;

	*count = 0;
	while ((err = agent_identities_next(list, &identity)) == 0) {
		if (!rules_allow_key(rules, identity.key_blob))
			continue;
		byte_buf_put_string(out, identity.key_blob);
		byte_buf_put_string(out, identity.comment);
		(*count)++;
	}
	return err == -ENOENT ? byte_buf_status(out) : err;
}

int identity_filter_put(const struct rules *rules, struct byte_view frame, struct byte_buf *out)
{
	struct byte_view body = {frame.ptr + FRAME_HEADER_LEN, frame.len - FRAME_HEADER_LEN};
	struct identity_list list;
	struct byte_buf allowed;
	uint32_t count;
	size_t mark;
	int err;

	if (body.ptr[0] != SSH_AGENT_IDENTITIES_ANSWER) {
		byte_buf_put_bytes(out, frame.ptr, frame.len);
		return byte_buf_status(out);
	}
	err = agent_identities_start(body, &list);
	if (err != 0)
		return err;
	byte_buf_init(&allowed, body.len);
	err = put_allowed(rules, &list, &allowed, &count);
	if (err == 0) {
		mark = frame_begin(out);
		byte_buf_put_u8(out, SSH_AGENT_IDENTITIES_ANSWER);
		byte_buf_put_u32(out, count);
		byte_buf_put_bytes(out, allowed.data, allowed.len);
		frame_end(out, mark);
		err = byte_buf_status(out);
	}
	byte_buf_deinit(&allowed);
	return err;
}
