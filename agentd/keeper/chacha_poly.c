#include "agentd/keeper/chacha_poly.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

enum {
	IV_LEN = 16, /* OpenSSL's spelling: little-endian block counter, then the nonce */
	POLY_KEY_LEN = 32,
};

static bool chacha_crypt(const uint8_t *key, uint8_t first_block, struct byte_view in, uint8_t *out)
{
	const uint8_t iv[IV_LEN] = {first_block}; /* the nonce is the sequence number: 0 */
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int len = 0;
	bool is_done;

	is_done = ctx != NULL && in.len <= INT32_MAX &&
		  EVP_EncryptInit_ex2(ctx, EVP_chacha20(), key, iv, NULL) == 1 &&
		  EVP_EncryptUpdate(ctx, out, &len, in.ptr, (int)in.len) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return is_done;
}

static bool poly1305(const uint8_t *key, struct byte_view in, uint8_t *tag)
{
	size_t tag_len = 0;

	return EVP_Q_mac(NULL, "POLY1305", NULL, NULL, NULL, key, POLY_KEY_LEN, in.ptr, in.len, tag,
			 CHACHA_POLY_TAG_LEN, &tag_len) != NULL &&
	       tag_len == CHACHA_POLY_TAG_LEN;
}

int chacha_poly_open(const uint8_t *key, struct byte_view sealed, const uint8_t *tag,
		     uint8_t *plain)
{
	static const uint8_t zeros[POLY_KEY_LEN];
	uint8_t poly_key[POLY_KEY_LEN];
	uint8_t expected[CHACHA_POLY_TAG_LEN];
	int err = -ENOMEM;

	/* Block 0 of the key stream keys the MAC; the data begins with block 1. */
	if (!chacha_crypt(key, 0, (struct byte_view){zeros, sizeof(zeros)}, poly_key) ||
	    !poly1305(poly_key, sealed, expected))
		goto out;
	err = -EBADMSG;
	if (CRYPTO_memcmp(expected, tag, sizeof(expected)) != 0)
		goto out;
	err = chacha_crypt(key, 1, sealed, plain) ? 0 : -ENOMEM;
out:
	explicit_bzero(poly_key, sizeof(poly_key));
	return err;
}
