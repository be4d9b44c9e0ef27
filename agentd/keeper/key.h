/*
 * key.h - a private key that may sign, with the names it goes by.
 */
#ifndef AGENTD_KEEPER_KEY_H
#define AGENTD_KEEPER_KEY_H

#include <openssl/types.h>

#include "common/bytes.h"

enum { KEY_BLOB_MAX = 16 * 1024 }; /* certificates are the large ones */

struct key {
	EVP_PKEY *pkey;
	struct byte_buf blob; /* the key blob */
	char *comment;	      /* NULL: the file holds none */
};

/*
 * Makes *out from pkey, which it owns from then on, also on failure. Refuses what we do not sign
 * with: other kinds and curves, RSA under 1,024 bits; and a key whose halves do not fit together,
 * found by a trial signature. 0; -ENOTSUP, -EBADMSG, -ENOMEM, and then *why is one sentence that
 * says what is wrong and what to do.
 */
int key_init(EVP_PKEY *pkey, struct key *out, const char **why);

/* Wipes and frees the content; legal on a zeroed key, and twice. */
void key_deinit(struct key *key);

#endif
