#include "agentd/inbox.h"

#include <errno.h>

#include "common/frame.h"

enum {
	/*
	 * Of what waits in all inboxes together, requests over INPUT_SMALL_MAX may fill
	 * INPUT_TOTAL_MAX: no request that ssh makes comes near, and a hostile build with thousands of
	 * connections would otherwise fill the memory.
	 */
	INPUT_SMALL_MAX = 16 * 1024,
	INPUT_TOTAL_MAX = 64 * 1024 * 1024,
	/* What an idle connection may keep, for the next request. */
	INPUT_IDLE_MAX = 4 * 1024,
};

void inbox_init(struct inbox *inbox, size_t *total_len)
{
	inbox->total_len = total_len;
	byte_buf_init(&inbox->bytes, FRAME_LEN_MAX);
}

int inbox_put(struct inbox *inbox, struct byte_view bytes)
{
	if (inbox->bytes.len + bytes.len > INPUT_SMALL_MAX &&
	    *inbox->total_len + bytes.len > INPUT_TOTAL_MAX)
		return -ENOBUFS;
	byte_buf_put_bytes(&inbox->bytes, bytes.ptr, bytes.len);
	if (byte_buf_status(&inbox->bytes) == 0)
		*inbox->total_len += bytes.len;
	return byte_buf_status(&inbox->bytes);
}

const char *inbox_fault(int err)
{
	switch (err) {
	case -EMSGSIZE:
		return "more than one request at a time";
	case -ENOBUFS:
		return "too many large requests at once";
	default:
		return "out of memory";
	}
}

struct byte_view inbox_view(const struct inbox *inbox)
{
	return byte_buf_view(&inbox->bytes);
}

struct byte_view inbox_request(const struct inbox *inbox)
{
	struct byte_view stream = inbox_view(inbox);
	size_t body_len = 0;

	frame_peek(stream, &body_len);
	return frame_body(stream, body_len);
}

struct byte_view inbox_frame(const struct inbox *inbox)
{
	struct byte_view frame = inbox_view(inbox);

	frame.len = FRAME_HEADER_LEN + inbox_request(inbox).len;
	return frame;
}

void inbox_consume(struct inbox *inbox, size_t len)
{
	*inbox->total_len -= len;
	byte_buf_consume(&inbox->bytes, len);
	if (inbox->bytes.len == 0 && inbox->bytes.capacity > INPUT_IDLE_MAX)
		byte_buf_deinit(&inbox->bytes);
}

void inbox_clear(struct inbox *inbox)
{
	*inbox->total_len -= inbox->bytes.len;
	byte_buf_deinit(&inbox->bytes);
}
