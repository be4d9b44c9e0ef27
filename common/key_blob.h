/*
 * key_blob.h - what can be said of a public key blob (RFC 4253 section 6.6) without using it.
 */
#ifndef COMMON_KEY_BLOB_H
#define COMMON_KEY_BLOB_H

#include "common/bytes.h"

/* The key type, the blob's first string; empty if the blob is malformed. A view into blob. */
struct byte_view key_blob_type(struct byte_view blob);

/* The key's size as ssh-keygen -l prints it; 0 for types unknown here and for certificates. */
unsigned key_blob_bits(struct byte_view blob);

#endif
