#include "common/frame.h"

#include <errno.h>

int frame_peek(struct byte_view stream, size_t *body_len)
{
	struct reader r = reader_of(stream);
	uint32_t len = reader_u32(&r);

	if (r.has_failed)
		return -EAGAIN;
	if (len == 0)
		return -EBADMSG;
	if (len > FRAME_BODY_MAX)
		return -EMSGSIZE;
	if (len > r.left)
		return -EAGAIN;
	*body_len = len;
	return 0;
}

struct byte_view frame_body(struct byte_view stream, size_t body_len)
{
	return (struct byte_view){.ptr = stream.ptr + FRAME_HEADER_LEN, .len = body_len};
}

size_t frame_begin(struct byte_buf *buf)
{
	size_t mark = buf->len;

	byte_buf_put_u32(buf, 0);
	return mark;
}

void frame_end(struct byte_buf *buf, size_t mark)
{
	size_t body_len;

	if (byte_buf_status(buf) != 0)
		return;
	body_len = buf->len - mark - FRAME_HEADER_LEN;
	if (body_len > FRAME_BODY_MAX) {
		buf->error = -EMSGSIZE;
		return;
	}
	for (size_t i = 0; i < FRAME_HEADER_LEN; i++)
		buf->data[mark + i] = (uint8_t)(body_len >> (8 * (FRAME_HEADER_LEN - 1 - i)));
}
