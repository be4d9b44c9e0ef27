/*
 * base64.h - base64 (RFC 4648), standard and URL-safe, over libcrypto.
 */
#ifndef COMMON_BASE64_H
#define COMMON_BASE64_H

#include "common/bytes.h"

enum base64_kind {
	BASE64_STANDARD_UNPADDED, /* as in SHA256:... fingerprints */
	BASE64_URL_UNPADDED,	  /* section 5, as in tokens */
};

/* Appends the encoding of bytes; errors stay in text (byte_buf_status). */
void base64_put(struct byte_buf *text, struct byte_view bytes, enum base64_kind kind);

/* Appends to bytes what text encodes. 0, -EBADMSG for anything that base64_put would not have
 * written, or the buffer's error. */
int base64_parse(struct byte_view text, enum base64_kind kind, struct byte_buf *bytes);

#endif
