/*
 * keyfile.h - from the bytes of a private key file to a key: which format, and its decoding.
 *
 * OpenSSH's own format, and whatever libcrypto reads from PEM: traditional RSA and EC keys,
 * PKCS#8; all of them encrypted or not.
 */
#ifndef AGENTD_KEEPER_KEYFILE_H
#define AGENTD_KEEPER_KEYFILE_H

#include "agentd/keeper/key.h"
#include "common/bytes.h"

enum { KEYFILE_LEN_MAX = 64 * 1024 };

/*
 * Decodes the content of a key file. passphrase: NULL for none.
 *
 * 0: *out is the key, the caller's to deinit; its comment is NULL where the format has none.
 * -ENOKEY: encrypted, and no passphrase was given. -EACCES: the passphrase is wrong.
 * -EBADMSG: damaged, or no private key at all. -ENOTSUP: a kind that we do not take. -ENOMEM.
 * On failure *why says what is wrong and what to do, in words that follow "FILE: ".
 */
int keyfile_decode(struct byte_view text, const struct byte_view *passphrase, struct key *out,
		   const char **why);

#endif
