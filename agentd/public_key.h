/*
 * public_key.h - a public key that can verify signatures, from the blob that names it.
 *
 * Ed25519, ECDSA on P-256, P-384 and P-521, and RSA with SHA-2. The keys come from strangers: what
 * would make verifying slow (RSA with a huge modulus or exponent) is refused before it is tried.
 */
#ifndef AGENTD_PUBLIC_KEY_H
#define AGENTD_PUBLIC_KEY_H

#include <openssl/types.h>

#include "common/bytes.h"

struct curve;

struct public_key {
	EVP_PKEY *pkey;
	struct byte_view type;	   /* "ssh-ed25519", ...: a view into what it was read from */
	const struct curve *curve; /* NULL if not ECDSA */
};

/*
 * Reads the fields of a key of this type, as they stand in a key blob behind its type (RFC 4253
 * section 6.6, RFC 5656 section 3.1, RFC 8709 section 4) and in a certificate behind its nonce. 0
 * and *key, the caller's to deinit; -ENOTSUP: a type or size that is not verified with; -EBADMSG;
 * -ENOMEM.
 */
int public_key_read(struct reader *r, struct byte_view type, struct public_key *key);

/* A whole key blob, not a certificate. Errors as above. */
int public_key_parse(struct byte_view blob, struct public_key *key);

void public_key_deinit(struct public_key *key);

/*
 * Whether signature, a blob of algorithm and signature (as in signer.h), is one of data by key. 0;
 * -EKEYREJECTED: it is not; -ENOTSUP: it is made with SHA-1 ("ssh-rsa"); -EBADMSG; -ENOMEM.
 */
int public_key_verify(const struct public_key *key, struct byte_view signature,
		      struct byte_view data);

#endif
