#include "agentd/keeper/public_line.h"

#include <errno.h>
#include <string.h>

#include "agentd/keeper/armor.h"
#include "agentd/keeper/key.h"

#define CERTIFICATE_SUFFIX "-cert-v01@openssh.com"

/* The next word of line, which is shortened to what follows it. */
static struct byte_view take_word(struct byte_view *line)
{
	struct byte_view word;

	while (line->len > 0 && (line->ptr[0] == ' ' || line->ptr[0] == '\t')) {
		line->ptr++;
		line->len--;
	}
	word = (struct byte_view){.ptr = line->ptr, .len = 0};
	while (line->len > 0 && line->ptr[0] != ' ' && line->ptr[0] != '\t') {
		line->ptr++;
		line->len--;
		word.len++;
	}
	return word;
}

static struct byte_view first_line(struct byte_view text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n' || text.ptr[i] == '\r')
			return (struct byte_view){.ptr = text.ptr, .len = i};
	}
	return text;
}

int public_line_parse(struct byte_view text, struct public_line *out)
{
	struct byte_view line = first_line(text);
	struct byte_view type = take_word(&line);
	struct byte_view encoded = take_word(&line);
	struct public_line parsed = {.comment = {NULL, 0}};
	struct reader r;
	int err;

	byte_buf_init(&parsed.blob, KEY_BLOB_MAX);
	err = armor_decode(encoded, &parsed.blob);
	r = reader_of(byte_buf_view(&parsed.blob));
	if (err == 0 && (type.len == 0 || !view_equal(reader_string(&r), type)))
		err = -EBADMSG;
	if (err != 0) {
		byte_buf_deinit(&parsed.blob);
		return err;
	}
	while (line.len > 0 && line.ptr[0] == ' ') {
		line.ptr++;
		line.len--;
	}
	parsed.comment = line;
	*out = parsed;
	return 0;
}

void public_line_deinit(struct public_line *line)
{
	byte_buf_deinit(&line->blob);
}

bool public_blob_is_certified(struct byte_view key_blob, struct byte_view certificate)
{
	struct reader key = reader_of(key_blob);
	struct reader cert = reader_of(certificate);
	struct byte_view key_type = reader_string(&key);
	struct byte_view cert_type = reader_string(&cert);
	struct byte_view fields = reader_rest(&key);
	size_t suffix_len = strlen(CERTIFICATE_SUFFIX);

	if (key.has_failed || cert_type.len != key_type.len + suffix_len ||
	    memcmp(cert_type.ptr, key_type.ptr, key_type.len) != 0 ||
	    memcmp(cert_type.ptr + key_type.len, CERTIFICATE_SUFFIX, suffix_len) != 0)
		return false;
	/* A nonce, then the fields of the plain key in the same order, then the rest. */
	reader_string(&cert);
	return view_equal(reader_bytes(&cert, fields.len), fields) && !cert.has_failed;
}
