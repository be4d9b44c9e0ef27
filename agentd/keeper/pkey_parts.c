#include "agentd/keeper/pkey_parts.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

enum { NUMBER_LEN_MAX = 2049 }; /* 16,384 bits and a sign byte */

EVP_PKEY *pkey_from_ed25519(const uint8_t *seed)
{
	return EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, seed, ED25519_SEED_LEN);
}

/* "Secure" numbers are wiped by libcrypto wherever it copies them to, such as OSSL_PARAMs. */
static BIGNUM *number_new(void)
{
	BIGNUM *number = BN_secure_new();

	if (number != NULL)
		BN_set_flags(number, BN_FLG_CONSTTIME);
	return number;
}

static BIGNUM *number_from(struct byte_view bytes)
{
	BIGNUM *number;

	if (bytes.len == 0 || bytes.len > NUMBER_LEN_MAX)
		return NULL;
	number = number_new();
	if (number != NULL && BN_bin2bn(bytes.ptr, (int)bytes.len, number) == NULL) {
		BN_clear_free(number);
		number = NULL;
	}
	return number;
}

static EVP_PKEY *pkey_from_params(const char *type, OSSL_PARAM_BLD *builder)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY *pkey = NULL;

	if (ctx != NULL && params != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
		pkey = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

EVP_PKEY *pkey_from_ecdsa(const struct curve *curve, struct byte_view point, struct byte_view d)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BIGNUM *secret = number_from(d);
	EVP_PKEY *pkey = NULL;

	if (builder != NULL && secret != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0) &&
	    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point.ptr,
					     point.len) &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, secret))
		pkey = pkey_from_params("EC", builder);
	BN_clear_free(secret);
	OSSL_PARAM_BLD_free(builder);
	return pkey;
}

/* d mod (prime - 1): the exponent for one half of the Chinese remainder, which the file lacks. */
static BIGNUM *crt_exponent(const BIGNUM *d, const BIGNUM *prime)
{
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *less_one = number_new();
	BIGNUM *exponent = number_new();
	bool is_done = false;

	if (ctx != NULL && less_one != NULL && exponent != NULL && BN_copy(less_one, prime))
		is_done = BN_sub_word(less_one, 1) && BN_mod(exponent, d, less_one, ctx);
	if (!is_done) {
		BN_clear_free(exponent);
		exponent = NULL;
	}
	BN_clear_free(less_one);
	BN_CTX_free(ctx);
	return exponent;
}

EVP_PKEY *pkey_from_rsa(const struct rsa_parts *parts)
{
	enum { N, E, D, P, Q, IQMP, DMP1, DMQ1, COUNT };
	static const char *const names[COUNT] = {
		OSSL_PKEY_PARAM_RSA_N,	       OSSL_PKEY_PARAM_RSA_E,
		OSSL_PKEY_PARAM_RSA_D,	       OSSL_PKEY_PARAM_RSA_FACTOR1,
		OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
		OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
	};
	BIGNUM *numbers[COUNT] = {
		[N] = number_from(parts->n), [E] = number_from(parts->e),
		[D] = number_from(parts->d), [P] = number_from(parts->p),
		[Q] = number_from(parts->q), [IQMP] = number_from(parts->iqmp),
	};
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY *pkey = NULL;
	bool is_complete = builder != NULL;

	if (numbers[D] != NULL && numbers[P] != NULL && numbers[Q] != NULL) {
		numbers[DMP1] = crt_exponent(numbers[D], numbers[P]);
		numbers[DMQ1] = crt_exponent(numbers[D], numbers[Q]);
	}
	for (int i = 0; i < COUNT && is_complete; i++)
		is_complete =
			numbers[i] != NULL && OSSL_PARAM_BLD_push_BN(builder, names[i], numbers[i]);
	if (is_complete)
		pkey = pkey_from_params("RSA", builder);
	for (int i = 0; i < COUNT; i++)
		BN_clear_free(numbers[i]);
	OSSL_PARAM_BLD_free(builder);
	return pkey;
}
