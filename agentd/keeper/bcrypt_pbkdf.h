/*
 * bcrypt_pbkdf.h - from a passphrase to the key of an openssh-key-v1 file.
 *
 * The algorithm is OpenBSD's bcrypt_pbkdf(3); docs/decisions/0001-bcrypt-pbkdf.md says why it is
 * here and not in a library.
 */
#ifndef AGENTD_KEEPER_BCRYPT_PBKDF_H
#define AGENTD_KEEPER_BCRYPT_PBKDF_H

#include "common/bytes.h"

enum {
	BCRYPT_PBKDF_ROUNDS_MAX = 4096, /* near a minute; ssh-keygen's own default is 16 or 24 */
	BCRYPT_PBKDF_SALT_MAX = 1024,
	BCRYPT_PBKDF_OUT_MAX = 1024,
};

/*
 * Derives out_len bytes. 0; -EINVAL for an empty passphrase, salt, output or round count, or one
 * over its cap above; -ENOMEM. out is the caller's to wipe; on failure it holds nothing.
 */
int bcrypt_pbkdf(struct byte_view passphrase, struct byte_view salt, uint32_t rounds, uint8_t *out,
		 size_t out_len);

#endif
