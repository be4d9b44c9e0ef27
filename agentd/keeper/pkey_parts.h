/*
 * pkey_parts.h - libcrypto keys from the numbers an openssh-key-v1 file holds.
 */
#ifndef AGENTD_KEEPER_PKEY_PARTS_H
#define AGENTD_KEEPER_PKEY_PARTS_H

#include <openssl/types.h>

#include "agentd/keeper/curve.h"
#include "common/bytes.h"

enum { ED25519_SEED_LEN = 32 };

/* Big-endian magnitudes. */
struct rsa_parts {
	struct byte_view n, e, d, iqmp, p, q;
};

/* All return a new key, the caller's to free, or NULL if the parts make none. */
EVP_PKEY *pkey_from_ed25519(const uint8_t *seed);
EVP_PKEY *pkey_from_ecdsa(const struct curve *curve, struct byte_view point, struct byte_view d);
EVP_PKEY *pkey_from_rsa(const struct rsa_parts *parts);

#endif
