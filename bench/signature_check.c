#include "bench/signature_check.h"

#include <errno.h>

#include "agentd/public_key.h"
#include "common/agent_msg.h"
#include "common/frame.h"

int signature_check(struct byte_view request, struct byte_view reply)
{
	struct reader r = reader_of(reply);
	struct sign_request asked;
	struct byte_view signature;
	struct public_key key;
	size_t body_len;
	int err = frame_peek(request, &body_len);

	if (err == 0)
		err = agent_parse_sign_request(frame_body(request, body_len), &asked);
	if (err != 0)
		return -EBADMSG;
	reader_u8(&r); /* its type */
	signature = reader_string(&r);
	if (reader_finish(&r) != 0)
		return -EBADMSG;
	err = public_key_parse(asked.key_blob, &key);
	if (err != 0)
		return err;
	err = public_key_verify(&key, signature, asked.data);
	public_key_deinit(&key);
	return err;
}
