#include "common/agent_msg.h"

#include <errno.h>

#include "common/frame.h"

int agent_parse_sign_request(struct byte_view body, struct sign_request *out)
{
	struct reader r = reader_of(body);
	struct sign_request req;
	int err;

	if (reader_u8(&r) != SSH_AGENTC_SIGN_REQUEST)
		return -EBADMSG;
	req.key_blob = reader_string(&r);
	req.data = reader_string(&r);
	req.flags = reader_u32(&r);
	err = reader_finish(&r);
	if (err == 0)
		*out = req;
	return err;
}

int agent_parse_extension_name(struct byte_view body, struct byte_view *name)
{
	struct reader r = reader_of(body);
	struct byte_view text;

	if (reader_u8(&r) != SSH_AGENTC_EXTENSION)
		return -EBADMSG;
	text = reader_string(&r);
	if (r.has_failed)
		return -EBADMSG;
	*name = text;
	return 0;
}

int agent_identities_start(struct byte_view body, struct identity_list *list)
{
	struct identity_list opened = {.reader = reader_of(body)};

	if (reader_u8(&opened.reader) != SSH_AGENT_IDENTITIES_ANSWER)
		return -EBADMSG;
	opened.left = reader_u32(&opened.reader);
	if (opened.reader.has_failed)
		return -EBADMSG;
	*list = opened;
	return 0;
}

int agent_identities_next(struct identity_list *list, struct identity *out)
{
	struct identity found;

	if (list->left == 0)
		return reader_finish(&list->reader) == 0 ? -ENOENT : -EBADMSG;
	found.key_blob = reader_string(&list->reader);
	found.comment = reader_string(&list->reader);
	if (list->reader.has_failed)
		return -EBADMSG;
	list->left--;
	*out = found;
	return 0;
}

void agent_put_simple(struct byte_buf *buf, enum agent_msg_type type)
{
	size_t mark = frame_begin(buf);

	byte_buf_put_u8(buf, (uint8_t)type);
	frame_end(buf, mark);
}
