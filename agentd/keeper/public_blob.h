/*
 * public_blob.h - the public half of a key as SSH writes it: the key blob that names it
 * everywhere (RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4).
 */
#ifndef AGENTD_KEEPER_PUBLIC_BLOB_H
#define AGENTD_KEEPER_PUBLIC_BLOB_H

#include <openssl/types.h>

#include "common/bytes.h"

/*
 * Appends the key blob of pkey. 0; -ENOTSUP for a kind of key, or a curve, that SSH has no name
 * for or that we do not serve; -ENOMEM. What buf held before stays.
 */
int public_blob_append(const EVP_PKEY *pkey, struct byte_buf *buf);

#endif
