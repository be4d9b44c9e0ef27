/*
 * openssh_cipher.h - the ciphers that ssh-keygen encrypts private keys with (`ssh -Q cipher`).
 */
#ifndef AGENTD_KEEPER_OPENSSH_CIPHER_H
#define AGENTD_KEEPER_OPENSSH_CIPHER_H

#include "common/bytes.h"

struct openssh_cipher {
	const char *name;     /* as in the file */
	const char *evp_name; /* libcrypto's; NULL: none, or chacha20-poly1305 */
	size_t key_len;
	size_t iv_len;
	size_t tag_len; /* 0: not authenticated */
	size_t block_len;
};

enum { OPENSSH_CIPHER_KEY_IV_MAX = 64 };

/* The cipher of that name, "none" among them; NULL if there is none. */
const struct openssh_cipher *openssh_cipher_find(struct byte_view name);

/*
 * Decrypts sealed into plain (sealed.len bytes). key_iv: key_len + iv_len bytes, as the key
 * derivation gave them. tag: tag_len bytes. 0; -EBADMSG when the tag is wrong or the length is no
 * multiple of the block; -ENOTSUP when this libcrypto lacks the cipher; -ENOMEM.
 */
int openssh_cipher_open(const struct openssh_cipher *cipher, const uint8_t *key_iv,
			struct byte_view sealed, struct byte_view tag, uint8_t *plain);

#endif
