/*
 * bytes.h - reading and writing SSH wire data (RFC 4251 section 5).
 *
 * A reader fails once and gives zeros ever after; ask once, at the end. A byte_buf does the same
 * for writing. All bounds checks of this project's parsers are the ones in bytes.c.
 */
#ifndef COMMON_BYTES_H
#define COMMON_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes; whoever made the view says how long they live. */
struct byte_view {
	const uint8_t *ptr;
	size_t len;
};

/* A view of a C string, without its NUL. */
struct byte_view view_of(const char *text);

bool view_equal(struct byte_view a, struct byte_view b);
bool view_equals_text(struct byte_view view, const char *text);

struct reader {
	const uint8_t *ptr;
	size_t left;
	bool has_failed;
};

struct reader reader_of(struct byte_view bytes);
uint8_t reader_u8(struct reader *r);
uint16_t reader_u16(struct reader *r);
uint32_t reader_u32(struct reader *r);
uint64_t reader_u64(struct reader *r);

/* Exactly len bytes, as a view into the input. */
struct byte_view reader_bytes(struct reader *r, size_t len);

/* A uint32 length and that many bytes, as a view into the input. */
struct byte_view reader_string(struct reader *r);

/* Whatever is left. */
struct byte_view reader_rest(struct reader *r);

/* 0 if nothing failed and nothing is left, else -EBADMSG. */
int reader_finish(const struct reader *r);

/*
 * A growing buffer with a ceiling, for building messages and for collecting a stream. Its memory
 * is wiped whenever it is given back, so it may hold secrets.
 */
struct byte_buf {
	uint8_t *data;
	size_t len;
	size_t capacity;
	size_t max_len;
	int error; /* sticky: 0, -EMSGSIZE or -ENOMEM */
};

/* Takes no memory yet. max_len is the ceiling: what would pass it fails with -EMSGSIZE. */
void byte_buf_init(struct byte_buf *buf, size_t max_len);

/* Wipes and frees; the buffer is as after byte_buf_init and may be used again. */
void byte_buf_deinit(struct byte_buf *buf);

/* Drops the content and any error, keeps the memory. Not for secrets: nothing is wiped. */
void byte_buf_clear(struct byte_buf *buf);

/* Appends; after the first failure these do nothing. */
void byte_buf_put_u8(struct byte_buf *buf, uint8_t value);
void byte_buf_put_u16(struct byte_buf *buf, uint16_t value);
void byte_buf_put_u32(struct byte_buf *buf, uint32_t value);
void byte_buf_put_u64(struct byte_buf *buf, uint64_t value);
void byte_buf_put_bytes(struct byte_buf *buf, const void *bytes, size_t len);
void byte_buf_put_string(struct byte_buf *buf, struct byte_view bytes);
void byte_buf_put_text(struct byte_buf *buf, const char *text); /* as an SSH string, without NUL */

/*
 * An SSH mpint (RFC 4251) from a big-endian magnitude: leading zeros dropped, one put in front
 * where the top bit is set. Non-negative numbers only.
 */
void byte_buf_put_mpint(struct byte_buf *buf, struct byte_view magnitude);

/* Appends printf output (no NUL), for line-based text. */
void byte_buf_printf(struct byte_buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Removes the first len bytes (len <= buf->len), wiping nothing. */
void byte_buf_consume(struct byte_buf *buf, size_t len);

/* What has been appended; valid until the next call on buf. */
struct byte_view byte_buf_view(const struct byte_buf *buf);

/* 0, or the first error: -EMSGSIZE or -ENOMEM. */
int byte_buf_status(const struct byte_buf *buf);

#endif
