/*
 * allowed_keys.h - the words of "only-keys": fingerprints, and files with public keys.
 */
#ifndef AGENTD_ALLOWED_KEYS_H
#define AGENTD_ALLOWED_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "agentd/policy.h"
#include "common/fingerprint.h"

enum { ALLOWED_KEYS_MAX = 1024 };

struct allowed_keys {
	uint8_t (*list)[FINGERPRINT_HASH_LEN];
	size_t count;
};

/*
 * Adds what a word says: SHA256:..., as ssh-keygen -l prints it, or a file with a key, or a
 * certificate, a line; "~/" is the home directory. 0; -EINVAL, and reason says what is wrong;
 * -ENOMEM.
 */
int allowed_keys_add(struct allowed_keys *keys, const char *word, char reason[POLICY_REASON_MAX]);
void allowed_keys_deinit(struct allowed_keys *keys);

#endif
