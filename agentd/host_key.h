/*
 * host_key.h - the daemon's own Ed25519 host key, from its secret's seed.
 */
#ifndef AGENTD_HOST_KEY_H
#define AGENTD_HOST_KEY_H

#include <libssh/libssh.h>
#include <stdint.h>

#include "agentd/secret.h"
#include "common/fingerprint.h"

/* Makes the key, the caller's to ssh_key_free, and the hash of its blob. 0 or -EIO. */
int host_key_make(const struct secret *secret, ssh_key *key, uint8_t hash[FINGERPRINT_HASH_LEN]);

#endif
