/*
 * curve.h - the elliptic curves of SSH (RFC 5656 section 10.1), under all their names.
 */
#ifndef AGENTD_KEEPER_CURVE_H
#define AGENTD_KEEPER_CURVE_H

#include <openssl/types.h>

#include "common/bytes.h"

enum { CURVE_POINT_MAX = 1 + 2 * 66 }; /* nistp521, uncompressed */

struct curve {
	const char *name;     /* RFC 5656: nistp256 */
	const char *key_type; /* ecdsa-sha2-nistp256, the signature's name too */
	const char *group;    /* libcrypto's */
	const char *digest;   /* RFC 5656 section 6.2.1 */
	size_t field_len;     /* bytes of one coordinate */
};

/* By RFC 5656's name; NULL if unknown. */
const struct curve *curve_find(struct byte_view name);

/* The curve of an EC key; NULL for others, or keys with parameters of their own. */
const struct curve *curve_of(const EVP_PKEY *pkey);

#endif
