#include "agentd/keeper/signer.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

#include "agentd/keeper/curve.h"
#include "common/agent_msg.h"

enum {
	SIGNATURE_MAX = 2048, /* RSA of 16,384 bits */
	RSA_SHA2_256 = 0,     /* places in signer.algorithms */
	RSA_SHA2_512 = 1,
};

static int algorithm_init(struct signer_algorithm *algorithm, const char *name, EVP_PKEY *pkey,
			  const char *digest)
{
	algorithm->name = name;
	algorithm->digest = EVP_MD_fetch(NULL, digest, NULL);
	algorithm->pkey_ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	if (algorithm->digest == NULL || algorithm->pkey_ctx == NULL ||
	    EVP_PKEY_sign_init(algorithm->pkey_ctx) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(algorithm->pkey_ctx, algorithm->digest) != 1)
		return -ENOMEM;
	return 0;
}

static int init_rsa(struct signer *signer, EVP_PKEY *pkey)
{
	static const char *const names[][2] = {
		[RSA_SHA2_256] = {"rsa-sha2-256", "SHA256"},
		[RSA_SHA2_512] = {"rsa-sha2-512", "SHA512"},
	};
	int err = 0;

	signer->is_rsa = true;
	for (size_t i = 0; i < 2 && err == 0; i++) {
		err = algorithm_init(&signer->algorithms[i], names[i][0], pkey, names[i][1]);
		if (err == 0 && EVP_PKEY_CTX_set_rsa_padding(signer->algorithms[i].pkey_ctx,
							     RSA_PKCS1_PADDING) != 1)
			err = -ENOMEM;
	}
	return err;
}

static int init_ed25519(struct signer *signer, EVP_PKEY *pkey)
{
	signer->algorithms[0].name = "ssh-ed25519";
	signer->ed25519 = EVP_MD_CTX_new();
	if (signer->ed25519 == NULL ||
	    EVP_DigestSignInit_ex(signer->ed25519, NULL, NULL, NULL, NULL, pkey, NULL) != 1)
		return -ENOMEM;
	return 0;
}

int signer_init(struct signer *signer, EVP_PKEY *pkey)
{
	int err = -ENOMEM;

	*signer = (struct signer){.scratch = EVP_MD_CTX_new(), .curve = curve_of(pkey)};
	if (signer->scratch == NULL)
		return err;
	if (signer->curve != NULL)
		err = algorithm_init(&signer->algorithms[0], signer->curve->key_type, pkey,
				     signer->curve->digest);
	else if (EVP_PKEY_is_a(pkey, "RSA"))
		err = init_rsa(signer, pkey);
	else
		err = init_ed25519(signer, pkey);
	if (err != 0)
		signer_deinit(signer);
	return err;
}

void signer_deinit(struct signer *signer)
{
	for (size_t i = 0; i < 2; i++) {
		EVP_PKEY_CTX_free(signer->algorithms[i].pkey_ctx);
		EVP_MD_free(signer->algorithms[i].digest);
	}
	EVP_MD_CTX_free(signer->ed25519);
	EVP_MD_CTX_free(signer->scratch);
	*signer = (struct signer){.scratch = NULL};
}

/* The algorithm that the flags choose; NULL: none that we sign with. */
static const struct signer_algorithm *choose(const struct signer *signer, uint32_t flags)
{
	if ((flags & ~(uint32_t)(SSH_AGENT_RSA_SHA2_256 | SSH_AGENT_RSA_SHA2_512)) != 0)
		return NULL;
	if (!signer->is_rsa)
		return &signer->algorithms[0];
	if ((flags & SSH_AGENT_RSA_SHA2_256) != 0) /* first, if both: as OpenSSH's agent */
		return &signer->algorithms[RSA_SHA2_256];
	if ((flags & SSH_AGENT_RSA_SHA2_512) != 0)
		return &signer->algorithms[RSA_SHA2_512];
	return NULL;
}

/* The two numbers of a DER signature, as mpints in a string. */
static int put_ecdsa(struct byte_view der, const struct curve *curve, struct byte_buf *out)
{
	const uint8_t *next = der.ptr;
	ECDSA_SIG *parts = d2i_ECDSA_SIG(NULL, &next, (long)der.len);
	const BIGNUM *numbers[2] = {NULL, NULL};
	uint8_t magnitude[CURVE_POINT_MAX];
	struct byte_buf pair;
	int len;

	if (parts == NULL)
		return -ENOMEM;
	byte_buf_init(&pair, SIGNATURE_MAX);
	ECDSA_SIG_get0(parts, &numbers[0], &numbers[1]);
	for (size_t i = 0; i < 2; i++) {
		len = BN_bn2binpad(numbers[i], magnitude, (int)curve->field_len);
		if (len < 0) /* cannot be: the numbers are less than the curve's order */
			pair.error = -ENOMEM;
		else
			byte_buf_put_mpint(&pair, (struct byte_view){magnitude, (size_t)len});
	}
	ECDSA_SIG_free(parts);
	byte_buf_put_string(out, byte_buf_view(&pair));
	if (byte_buf_status(&pair) != 0)
		out->error = byte_buf_status(&pair);
	byte_buf_deinit(&pair);
	return byte_buf_status(out);
}

/* Into signature, SIGNATURE_MAX bytes of room; false if libcrypto will not. */
static bool sign_raw(struct signer *signer, const struct signer_algorithm *algorithm,
		     struct byte_view data, uint8_t *signature, size_t *len)
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned hash_len = 0;

	*len = SIGNATURE_MAX;
	if (algorithm->digest == NULL)
		return EVP_MD_CTX_copy_ex(signer->scratch, signer->ed25519) == 1 &&
		       EVP_DigestSign(signer->scratch, signature, len, data.ptr, data.len) == 1;
	return EVP_DigestInit_ex2(signer->scratch, algorithm->digest, NULL) == 1 &&
	       EVP_DigestUpdate(signer->scratch, data.ptr, data.len) == 1 &&
	       EVP_DigestFinal_ex(signer->scratch, hash, &hash_len) == 1 &&
	       EVP_PKEY_sign(algorithm->pkey_ctx, signature, len, hash, hash_len) == 1;
}

int signer_sign(struct signer *signer, uint32_t flags, struct byte_view data, struct byte_buf *out)
{
	const struct signer_algorithm *algorithm = choose(signer, flags);
	uint8_t signature[SIGNATURE_MAX];
	struct byte_view view = {signature, 0};

	if (algorithm == NULL)
		return -EPERM;
	if (!sign_raw(signer, algorithm, data, signature, &view.len)) {
		ERR_clear_error();
		return -ENOMEM;
	}
	byte_buf_put_text(out, algorithm->name);
	if (signer->curve != NULL)
		return put_ecdsa(view, signer->curve, out);
	byte_buf_put_string(out, view); /* RSA's is as long as the modulus already */
	return byte_buf_status(out);
}
