/*
 * fingerprint.h - SHA256:... fingerprints of keys, as ssh-keygen -l prints them.
 */
#ifndef COMMON_FINGERPRINT_H
#define COMMON_FINGERPRINT_H

#include "common/bytes.h"

enum {
	FINGERPRINT_HASH_LEN = 32,
	FINGERPRINT_TEXT_MAX = sizeof("SHA256:") + 43, /* with the NUL */
};

/* SHA-256 over the key blob. */
void fingerprint_hash(struct byte_view key_blob, uint8_t hash[FINGERPRINT_HASH_LEN]);

/* "SHA256:" and unpadded base64, NUL terminated. */
void fingerprint_text(const uint8_t hash[FINGERPRINT_HASH_LEN], char text[FINGERPRINT_TEXT_MAX]);

/* The hash of a text that fingerprint_text would have written. 0, or -EINVAL for any other. */
int fingerprint_parse(const char *text, uint8_t hash[FINGERPRINT_HASH_LEN]);

/* Both in one: key blob to text. */
void fingerprint_of_blob(struct byte_view key_blob, char text[FINGERPRINT_TEXT_MAX]);

#endif
