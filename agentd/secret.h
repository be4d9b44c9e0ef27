/*
 * secret.h - the one secret of a daemon, and what is derived from it.
 *
 * Both the key that seals tokens and the seed of the host key come from 32 random bytes by
 * HKDF-SHA256 (RFC 5869). Made anew for each run, so that its tokens die with it; or kept in a
 * file, so that tokens last, and several daemons can honor the same ones.
 */
#ifndef AGENTD_SECRET_H
#define AGENTD_SECRET_H

#include <stdbool.h>
#include <stdint.h>

#define SECRET_FILE_PREFIX "ssh-forward-agentd-secret-1 "

enum { SECRET_KEY_LEN = 32 };

struct secret {
	uint8_t seal_key[SECRET_KEY_LEN];
	uint8_t host_key_seed[SECRET_KEY_LEN];
	bool lasts; /* came from a file */
};

/* A secret for this run. 0 or -EIO when there is no randomness. */
int secret_generate(struct secret *out);

/*
 * The secret in the file at path, which is made, mode 0600, if there is none. Reports what is
 * wrong (readable by others, not such a file, cannot be made) and returns a negative errno.
 */
int secret_load(const char *path, struct secret *out);

void secret_wipe(struct secret *secret);

#endif
