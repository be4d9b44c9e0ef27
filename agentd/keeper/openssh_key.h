/*
 * openssh_key.h - the private key format of OpenSSH ("openssh-key-v1", its PROTOCOL.key).
 */
#ifndef AGENTD_KEEPER_OPENSSH_KEY_H
#define AGENTD_KEEPER_OPENSSH_KEY_H

#include "agentd/keeper/key.h"
#include "common/bytes.h"

/*
 * Decodes the binary content (after base64). passphrase: NULL for none.
 *
 * 0: *out is the key, its comment included; the caller's to deinit.
 * -ENOKEY: encrypted, and no passphrase was given. -EACCES: the passphrase is wrong.
 * -EBADMSG: damaged. -ENOTSUP: a type, cipher or round count that we do not take. -ENOMEM.
 * On failure *why says what is wrong and what to do.
 */
int openssh_key_decode(struct byte_view bytes, const struct byte_view *passphrase, struct key *out,
		       const char **why);

#endif
