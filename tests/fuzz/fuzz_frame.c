/*
 * fuzz_frame - a stream of frames, cut as the relay cuts it.
 */
#include <errno.h>

#include "common/frame.h"
#include "tests/fuzz/fuzz.h"

enum { STREAM_MAX = 4 * FRAME_LEN_MAX };

/* However little of a stream has come, what is said of it holds for all of it. */
static void check_prefixes(struct byte_view stream, int verdict, size_t body_len)
{
	for (size_t len = 0; len < stream.len && len < 64; len++) {
		size_t prefix_body_len = 0;
		struct byte_view prefix = exact_copy(stream.ptr, len);
		int prefix_verdict = frame_peek(prefix, &prefix_body_len);

		exact_free(prefix);
		if (prefix_verdict == 0)
			FUZZ_CHECK(verdict == 0 && prefix_body_len == body_len);
		else if (prefix_verdict != -EAGAIN)
			FUZZ_CHECK(prefix_verdict == verdict);
		if (len >= FRAME_HEADER_LEN && verdict != 0)
			FUZZ_CHECK(prefix_verdict == verdict);
	}
}

static void check_rebuilt(struct byte_view frame, struct byte_view body)
{
	struct byte_buf buf;
	size_t mark;

	byte_buf_init(&buf, STREAM_MAX);
	mark = frame_begin(&buf);
	byte_buf_put_bytes(&buf, body.ptr, body.len);
	frame_end(&buf, mark);
	FUZZ_CHECK(fuzz_took_bytes(&buf, frame));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct byte_view left = {data, size};

	for (;;) {
		size_t body_len = SIZE_MAX;
		int verdict = frame_peek(left, &body_len);
		struct byte_view frame = left;
		struct byte_view body;

		FUZZ_CHECK(verdict == 0 || verdict == -EAGAIN || verdict == -EBADMSG ||
			   verdict == -EMSGSIZE);
		check_prefixes(left, verdict, body_len);
		if (verdict != 0) {
			FUZZ_CHECK(body_len == SIZE_MAX);
			return 0;
		}
		FUZZ_CHECK(body_len > 0 && body_len <= FRAME_BODY_MAX);
		body = frame_body(left, body_len);
		frame.len = FRAME_HEADER_LEN + body_len;
		FUZZ_CHECK(frame.len <= left.len && fuzz_is_inside(body, frame));
		check_rebuilt(frame, body);
		left.ptr += frame.len;
		left.len -= frame.len;
	}
}
