#include "common/fingerprint.h"

#include <errno.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base64.h"

static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256;

static void fetch_sha256(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

/* SHA256() would look for its algorithm each time. */
void fingerprint_hash(struct byte_view key_blob, uint8_t hash[FINGERPRINT_HASH_LEN])
{
	pthread_once(&sha256_once, fetch_sha256);
	/* Digests are compared to decide what passes: better none than a wrong one. */
	if (EVP_Digest(key_blob.ptr, key_blob.len, hash, NULL, sha256, NULL) != 1)
		abort();
}

void fingerprint_text(const uint8_t hash[FINGERPRINT_HASH_LEN], char text[FINGERPRINT_TEXT_MAX])
{
	unsigned char padded[(FINGERPRINT_HASH_LEN + 2) / 3 * 4 + 1];

	EVP_EncodeBlock(padded, hash, FINGERPRINT_HASH_LEN);
	snprintf(text, FINGERPRINT_TEXT_MAX, "SHA256:%.43s", (const char *)padded);
}

int fingerprint_parse(const char *text, uint8_t hash[FINGERPRINT_HASH_LEN])
{
	size_t prefix_len = strlen("SHA256:");
	struct byte_buf bytes;
	int err = -EINVAL;

	byte_buf_init(&bytes, FINGERPRINT_HASH_LEN);
	if (strncmp(text, "SHA256:", prefix_len) == 0 &&
	    base64_parse(view_of(text + prefix_len), BASE64_STANDARD_UNPADDED, &bytes) == 0 &&
	    bytes.len == FINGERPRINT_HASH_LEN) {
		memcpy(hash, bytes.data, FINGERPRINT_HASH_LEN);
		err = 0;
	}
	byte_buf_deinit(&bytes);
	return err;
}

void fingerprint_of_blob(struct byte_view key_blob, char text[FINGERPRINT_TEXT_MAX])
{
	uint8_t hash[FINGERPRINT_HASH_LEN];

	fingerprint_hash(key_blob, hash);
	fingerprint_text(hash, text);
}
