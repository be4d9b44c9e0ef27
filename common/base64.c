#include "common/base64.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* Both directions, since '+' and '/' stand for '-' and '_' and for nothing else. */
static void swap_alphabet(char *text, size_t len, const char *from, const char *to)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == from[0])
			text[i] = to[0];
		else if (text[i] == from[1])
			text[i] = to[1];
	}
}

void base64_put(struct byte_buf *text, struct byte_view bytes, enum base64_kind kind)
{
	size_t padded_len = (bytes.len + 2) / 3 * 4;
	char *padded;
	size_t len = padded_len;

	if (bytes.len == 0 || byte_buf_status(text) != 0)
		return;
	padded = malloc(padded_len + 1);
	if (padded == NULL || bytes.len > INT32_MAX / 2) {
		text->error = -ENOMEM;
		free(padded);
		return;
	}
	EVP_EncodeBlock((unsigned char *)padded, bytes.ptr, (int)bytes.len);
	while (len > 0 && padded[len - 1] == '=')
		len--;
	if (kind == BASE64_URL_UNPADDED)
		swap_alphabet(padded, len, "+/", "-_");
	byte_buf_put_bytes(text, padded, len);
	explicit_bzero(padded, padded_len);
	free(padded);
}

static bool is_clean(struct byte_view text, enum base64_kind kind)
{
	const char *others = kind == BASE64_URL_UNPADDED ? "-_" : "+/";

	for (size_t i = 0; i < text.len; i++) {
		char c = (char)text.ptr[i];
		bool is_alnum =
			(c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (!is_alnum && c != others[0] && c != others[1])
			return false;
	}
	return text.len % 4 != 1;
}

int base64_parse(struct byte_view text, enum base64_kind kind, struct byte_buf *bytes)
{
	size_t padding = (4 - text.len % 4) % 4;
	size_t padded_len = text.len + padding;
	size_t start = bytes->len;
	unsigned char *decoded = NULL;
	char *padded = NULL;
	struct byte_buf again;
	int err = -EBADMSG;

	if (text.len > INT32_MAX / 2 || !is_clean(text, kind))
		return -EBADMSG;
	if (text.len == 0)
		return 0;
	padded = malloc(padded_len);
	decoded = malloc(padded_len);
	byte_buf_init(&again, padded_len);
	if (padded == NULL || decoded == NULL) {
		err = -ENOMEM;
		goto out;
	}
	memcpy(padded, text.ptr, text.len);
	memset(padded + text.len, '=', padding);
	if (kind == BASE64_URL_UNPADDED)
		swap_alphabet(padded, text.len, "-_", "+/");
	if (EVP_DecodeBlock(decoded, (unsigned char *)padded, (int)padded_len) < 0)
		goto out;
	/* Bits beyond the last byte must be zero, or one value would have several texts. */
	base64_put(&again, (struct byte_view){decoded, padded_len / 4 * 3 - padding}, kind);
	if (!view_equal(byte_buf_view(&again), text))
		goto out;
	byte_buf_put_bytes(bytes, decoded, padded_len / 4 * 3 - padding);
	err = byte_buf_status(bytes);
	if (err != 0)
		bytes->len = start;
out:
	byte_buf_deinit(&again);
	if (padded != NULL)
		explicit_bzero(padded, padded_len);
	if (decoded != NULL)
		explicit_bzero(decoded, padded_len);
	free(padded);
	free(decoded);
	return err;
}
