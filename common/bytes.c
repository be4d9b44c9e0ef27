#include "common/bytes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTE_BUF_FIRST_CAPACITY = 256 };

struct byte_view view_of(const char *text)
{
	return (struct byte_view){.ptr = (const uint8_t *)text, .len = strlen(text)};
}

bool view_equal(struct byte_view a, struct byte_view b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool view_equals_text(struct byte_view view, const char *text)
{
	return view_equal(view, view_of(text));
}

struct reader reader_of(struct byte_view bytes)
{
	return (struct reader){.ptr = bytes.ptr, .left = bytes.len, .has_failed = false};
}

/* The one bounds check. Returns NULL, and empties the reader, when len bytes are not there. */
static const uint8_t *reader_take(struct reader *r, size_t len)
{
	const uint8_t *taken = r->ptr;

	if (r->has_failed || len > r->left) {
		r->has_failed = true;
		r->left = 0;
		return NULL;
	}
	if (len > 0) /* NULL + 0 is undefined in C */
		r->ptr += len;
	r->left -= len;
	return taken;
}

static uint64_t reader_integer(struct reader *r, size_t width)
{
	uint64_t value = 0;
	const uint8_t *p = reader_take(r, width);

	if (p == NULL)
		return 0;
	for (size_t i = 0; i < width; i++)
		value = value << 8 | p[i];
	return value;
}

uint8_t reader_u8(struct reader *r)
{
	return (uint8_t)reader_integer(r, 1);
}

uint16_t reader_u16(struct reader *r)
{
	return (uint16_t)reader_integer(r, 2);
}

uint32_t reader_u32(struct reader *r)
{
	return (uint32_t)reader_integer(r, 4);
}

uint64_t reader_u64(struct reader *r)
{
	return reader_integer(r, 8);
}

struct byte_view reader_bytes(struct reader *r, size_t len)
{
	const uint8_t *p = reader_take(r, len);

	return (struct byte_view){.ptr = p, .len = r->has_failed ? 0 : len};
}

struct byte_view reader_string(struct reader *r)
{
	return reader_bytes(r, reader_u32(r));
}

struct byte_view reader_rest(struct reader *r)
{
	return reader_bytes(r, r->left);
}

int reader_finish(const struct reader *r)
{
	return r->has_failed || r->left > 0 ? -EBADMSG : 0;
}

void byte_buf_init(struct byte_buf *buf, size_t max_len)
{
	*buf = (struct byte_buf){.max_len = max_len};
}

void byte_buf_deinit(struct byte_buf *buf)
{
	if (buf->data != NULL)
		explicit_bzero(buf->data, buf->capacity);
	free(buf->data);
	byte_buf_init(buf, buf->max_len);
}

void byte_buf_clear(struct byte_buf *buf)
{
	buf->len = 0;
	buf->error = 0;
}

/* Not realloc: it would leave the old copy behind unwiped. */
static int byte_buf_grow(struct byte_buf *buf, size_t needed)
{
	size_t capacity = buf->capacity > 0 ? buf->capacity : BYTE_BUF_FIRST_CAPACITY;
	uint8_t *data;

	while (capacity < needed)
		capacity *= 2;
	if (capacity > buf->max_len)
		capacity = buf->max_len;
	data = malloc(capacity);
	if (data == NULL)
		return -ENOMEM;
	if (buf->data != NULL) {
		memcpy(data, buf->data, buf->len);
		explicit_bzero(buf->data, buf->capacity);
		free(buf->data);
	}
	buf->data = data;
	buf->capacity = capacity;
	return 0;
}

/* Room for len more bytes at the end, counted as content already; NULL once the buffer failed. */
static uint8_t *byte_buf_extend(struct byte_buf *buf, size_t len)
{
	uint8_t *room;

	if (buf->error != 0)
		return NULL;
	if (len > buf->max_len - buf->len) {
		buf->error = -EMSGSIZE;
		return NULL;
	}
	if (len > buf->capacity - buf->len) {
		buf->error = byte_buf_grow(buf, buf->len + len);
		if (buf->error != 0)
			return NULL;
	}
	room = buf->data + buf->len;
	buf->len += len;
	return room;
}

static void byte_buf_put_integer(struct byte_buf *buf, uint64_t value, size_t width)
{
	uint8_t *room = byte_buf_extend(buf, width);

	if (room == NULL)
		return;
	for (size_t i = width; i > 0; i--, value >>= 8)
		room[i - 1] = (uint8_t)value;
}

void byte_buf_put_u8(struct byte_buf *buf, uint8_t value)
{
	byte_buf_put_integer(buf, value, 1);
}

void byte_buf_put_u16(struct byte_buf *buf, uint16_t value)
{
	byte_buf_put_integer(buf, value, 2);
}

void byte_buf_put_u32(struct byte_buf *buf, uint32_t value)
{
	byte_buf_put_integer(buf, value, 4);
}

void byte_buf_put_u64(struct byte_buf *buf, uint64_t value)
{
	byte_buf_put_integer(buf, value, 8);
}

void byte_buf_put_bytes(struct byte_buf *buf, const void *bytes, size_t len)
{
	uint8_t *room;

	if (len == 0)
		return;
	room = byte_buf_extend(buf, len);
	if (room != NULL)
		memcpy(room, bytes, len);
}

void byte_buf_put_string(struct byte_buf *buf, struct byte_view bytes)
{
	if (bytes.len > UINT32_MAX) {
		buf->error = -EMSGSIZE;
		return;
	}
	byte_buf_put_u32(buf, (uint32_t)bytes.len);
	byte_buf_put_bytes(buf, bytes.ptr, bytes.len);
}

void byte_buf_put_text(struct byte_buf *buf, const char *text)
{
	byte_buf_put_string(buf, view_of(text));
}

void byte_buf_put_mpint(struct byte_buf *buf, struct byte_view magnitude)
{
	bool needs_zero;

	while (magnitude.len > 0 && magnitude.ptr[0] == 0) {
		magnitude.ptr++;
		magnitude.len--;
	}
	needs_zero = magnitude.len > 0 && (magnitude.ptr[0] & 0x80) != 0;
	byte_buf_put_u32(buf, (uint32_t)(magnitude.len + needs_zero));
	if (needs_zero)
		byte_buf_put_u8(buf, 0);
	byte_buf_put_bytes(buf, magnitude.ptr, magnitude.len);
}

void byte_buf_printf(struct byte_buf *buf, const char *format, ...)
{
	va_list args;
	int len;
	char *text = NULL;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0) {
		if (buf->error == 0)
			buf->error = -ENOMEM;
		return;
	}
	byte_buf_put_bytes(buf, text, (size_t)len);
	explicit_bzero(text, (size_t)len);
	free(text);
}

void byte_buf_consume(struct byte_buf *buf, size_t len)
{
	if (len == 0)
		return;
	buf->len -= len;
	memmove(buf->data, buf->data + len, buf->len);
}

struct byte_view byte_buf_view(const struct byte_buf *buf)
{
	return (struct byte_view){.ptr = buf->data, .len = buf->len};
}

int byte_buf_status(const struct byte_buf *buf)
{
	return buf->error;
}
