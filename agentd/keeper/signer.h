/*
 * signer.h - makes SSH signatures with one key, on behalf of one thread.
 *
 * libcrypto spends more on setting up an Ed25519 or P-256 signature by name than on looking at a
 * small message, so each thread keeps contexts of its own for each key.
 */
#ifndef AGENTD_KEEPER_SIGNER_H
#define AGENTD_KEEPER_SIGNER_H

#include <openssl/types.h>

#include "common/bytes.h"

/* One signature algorithm of a key; an RSA key has two. */
struct signer_algorithm {
	const char *name; /* as in the signature blob */
	EVP_MD *digest;	  /* NULL for Ed25519, which hashes for itself */
	EVP_PKEY_CTX *pkey_ctx;
};

struct signer {
	struct signer_algorithm algorithms[2];
	EVP_MD_CTX *ed25519; /* prepared; copied for each signature */
	EVP_MD_CTX *scratch;
	const struct curve *curve; /* NULL if not ECDSA */
	bool is_rsa;
};

/* pkey must be of a kind that key_init accepts, and outlive the signer. 0 or -ENOMEM. */
int signer_init(struct signer *signer, EVP_PKEY *pkey);

/* Wipes and frees; legal on a zeroed signer. */
void signer_deinit(struct signer *signer);

/*
 * Signs data as flags ask (enum agent_sign_flags) and appends the signature blob: string
 * algorithm, string signature (RFC 4253 section 6.6, RFC 5656 section 3.1.2, RFC 8332 section 3,
 * RFC 8709 section 6). Flags for RSA are ignored with other keys, as OpenSSH's agent does.
 *
 * 0; -EPERM: flags unknown to us, or a signature with SHA-1 ("ssh-rsa": RSA without flags);
 * -ENOMEM. On failure out may hold half a blob.
 */
int signer_sign(struct signer *signer, uint32_t flags, struct byte_view data, struct byte_buf *out);

#endif
