#include "agentd/keeper/key.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "agentd/keeper/public_blob.h"

enum {
	RSA_BITS_MIN = 1024, /* OpenSSH's least */
	SIGNATURE_MAX = 2048,
};

/*
 * A damaged or tampered key can give signatures that betray it, and one with a public half of
 * another key would fail at every login: better to learn it now.
 */
static bool can_sign_and_verify(EVP_PKEY *pkey)
{
	static const uint8_t text[] = "ssh-forward-agentd trial signature";
	const char *digest = EVP_PKEY_is_a(pkey, "ED25519") ? NULL : "SHA256";
	uint8_t signature[SIGNATURE_MAX];
	size_t len = sizeof(signature);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool is_good;

	is_good = ctx != NULL &&
		  EVP_DigestSignInit_ex(ctx, NULL, digest, NULL, NULL, pkey, NULL) == 1 &&
		  EVP_DigestSign(ctx, signature, &len, text, sizeof(text)) == 1 &&
		  EVP_MD_CTX_reset(ctx) == 1 &&
		  EVP_DigestVerifyInit_ex(ctx, NULL, digest, NULL, NULL, pkey, NULL) == 1 &&
		  EVP_DigestVerify(ctx, signature, len, text, sizeof(text)) == 1;
	EVP_MD_CTX_free(ctx);
	explicit_bzero(signature, sizeof(signature));
	return is_good;
}

int key_init(EVP_PKEY *pkey, struct key *out, const char **why)
{
	struct key key = {.pkey = pkey};
	int err;

	byte_buf_init(&key.blob, KEY_BLOB_MAX);
	err = public_blob_append(pkey, &key.blob);
	if (err == -ENOTSUP) {
		*why = "a type of key that is not served from a file (only Ed25519, RSA and ECDSA "
		       "on P-256, P-384, P-521); if ssh can use it, use it through ssh-agent";
	} else if (err != 0) {
		*why = "out of memory, or a key without a public half";
	} else if (EVP_PKEY_is_a(pkey, "RSA") && EVP_PKEY_get_bits(pkey) < RSA_BITS_MIN) {
		err = -ENOTSUP;
		*why = "an RSA key under 1024 bits: too weak; make a new one with ssh-keygen";
	} else if (!can_sign_and_verify(pkey)) {
		err = -EBADMSG;
		*why = "its private and public halves do not belong together: the file is damaged";
	}
	if (err == 0)
		*out = key;
	else
		key_deinit(&key);
	return err;
}

void key_deinit(struct key *key)
{
	EVP_PKEY_free(key->pkey);
	key->pkey = NULL;
	byte_buf_deinit(&key->blob);
	free(key->comment);
	key->comment = NULL;
}
