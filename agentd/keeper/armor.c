#include "agentd/keeper/armor.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

bool armor_find(struct byte_view text, const char *begin, const char *end, struct byte_view *inside)
{
	const uint8_t *start;
	const uint8_t *stop;
	size_t left;

	if (text.len == 0)
		return false;
	start = memmem(text.ptr, text.len, begin, strlen(begin));
	if (start == NULL)
		return false;
	start += strlen(begin);
	left = text.len - (size_t)(start - text.ptr);
	stop = memmem(start, left, end, strlen(end));
	if (stop == NULL)
		return false;
	*inside = (struct byte_view){.ptr = start, .len = (size_t)(stop - start)};
	return true;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Copies text without blanks; returns the length. */
static size_t strip_blanks(struct byte_view text, uint8_t *stripped)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (!is_blank(text.ptr[i]))
			stripped[len++] = text.ptr[i];
	}
	return len;
}

int armor_decode(struct byte_view text, struct byte_buf *out)
{
	uint8_t *stripped = malloc(text.len + 1);
	uint8_t *decoded = malloc(text.len + 1);
	size_t len = 0;
	int decoded_len;
	int err = -ENOMEM;

	if (stripped == NULL || decoded == NULL)
		goto out;
	len = strip_blanks(text, stripped);
	err = -EBADMSG;
	if (len == 0 || len % 4 != 0 || len > INT32_MAX)
		goto out;
	decoded_len = EVP_DecodeBlock(decoded, stripped, (int)len);
	if (decoded_len < 0)
		goto out;
	/* EVP_DecodeBlock counts the padding as content. */
	for (size_t i = len; i > len - 2 && stripped[i - 1] == '='; i--)
		decoded_len--;
	byte_buf_put_bytes(out, decoded, (size_t)decoded_len);
	err = byte_buf_status(out);
out:
	if (stripped != NULL)
		explicit_bzero(stripped, text.len + 1);
	if (decoded != NULL)
		explicit_bzero(decoded, text.len + 1);
	free(stripped);
	free(decoded);
	return err;
}
