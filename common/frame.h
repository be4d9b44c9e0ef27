/*
 * frame.h - the framing of the agent protocol (RFC 9987 section 3): a uint32 length, a body.
 */
#ifndef COMMON_FRAME_H
#define COMMON_FRAME_H

#include "common/bytes.h"

enum {
	FRAME_HEADER_LEN = 4,
	FRAME_BODY_MAX = 256 * 1024, /* what OpenSSH's agent and client take (AGENT_MAX_LEN) */
	FRAME_LEN_MAX = FRAME_HEADER_LEN + FRAME_BODY_MAX,
};

/*
 * Looks at the start of a stream for one whole frame, header included. Judges the length as soon
 * as its four bytes are there, so that nobody need make room for a frame that will be refused.
 *
 * 0: *body_len is set and stream holds FRAME_HEADER_LEN + *body_len bytes or more.
 * -EAGAIN: no whole frame yet. -EBADMSG: an empty body, which has no message type.
 * -EMSGSIZE: a body over FRAME_BODY_MAX.
 */
int frame_peek(struct byte_view stream, size_t *body_len);

/* The body of the whole frame at the start of stream, once frame_peek returned 0. */
struct byte_view frame_body(struct byte_view stream, size_t body_len);

/* Begins a frame in buf; returns its mark for frame_end, between which the body is appended. */
size_t frame_begin(struct byte_buf *buf);

/* Writes the length of the frame begun at mark. Errors stay in buf (byte_buf_status). */
void frame_end(struct byte_buf *buf, size_t mark);

#endif
