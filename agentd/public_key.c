#include "agentd/public_key.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

#include "agentd/keeper/curve.h"

enum {
	ED25519_KEY_LEN = 32,
	ED25519_SIGNATURE_LEN = 64,
	RSA_MODULUS_BITS_MIN = 1024, /* OpenSSH's SSH_RSA_MINIMUM_MODULUS_SIZE */
	/* With these, the slowest RSA key is as slow as P-384: 0.6 ms, during which the loop stands. */
	RSA_MODULUS_BITS_MAX = 8192,
	RSA_EXPONENT_BITS_MAX = 32,
	RSA_SIGNATURE_LEN_MAX = RSA_MODULUS_BITS_MAX / 8,
	MPINT_LEN_MAX = 16384 / 8 + 1, /* as in OpenSSH */
	/* SEQUENCE of two INTEGERs, each with a sign byte, in DER. */
	ECDSA_DER_LEN_MAX = 3 + 2 * (2 + 1 + 66),
};

/* A non-negative mpint (RFC 4251 section 5). NULL if it is none, or when out of memory. */
static BIGNUM *read_number(struct reader *r)
{
	struct byte_view bytes = reader_string(r);

	if (r->has_failed || bytes.len == 0 || bytes.len > MPINT_LEN_MAX || bytes.ptr[0] & 0x80)
		return NULL;
	return BN_bin2bn(bytes.ptr, (int)bytes.len, NULL);
}

static int pkey_from_params(const char *type, OSSL_PARAM_BLD *builder, EVP_PKEY **out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY *pkey = NULL;
	int err = -ENOMEM;

	if (ctx != NULL && params != NULL && EVP_PKEY_fromdata_init(ctx) == 1) {
		/* Fails for a point that is not on the curve. */
		err = EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) == 1 ? 0
										      : -EBADMSG;
	}
	if (err == 0)
		*out = pkey;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return err;
}

static int read_ed25519(struct reader *r, struct public_key *key)
{
	struct byte_view bytes = reader_string(r);

	if (bytes.len != ED25519_KEY_LEN)
		return -EBADMSG;
	key->pkey = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, bytes.ptr, bytes.len);
	return key->pkey != NULL ? 0 : -ENOMEM;
}

static int read_ecdsa(struct reader *r, const struct curve *curve, struct public_key *key)
{
	struct byte_view name = reader_string(r);
	struct byte_view point = reader_string(r);
	OSSL_PARAM_BLD *builder;
	int err = -ENOMEM;

	/* Uncompressed: RFC 5656 leaves other forms to be refused. */
	if (r->has_failed || curve_find(name) != curve || point.len != 1 + 2 * curve->field_len ||
	    point.ptr[0] != 4)
		return -EBADMSG;
	builder = OSSL_PARAM_BLD_new();
	if (builder != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0) &&
	    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point.ptr,
					     point.len))
		err = pkey_from_params("EC", builder, &key->pkey);
	if (err == 0)
		key->curve = curve;
	OSSL_PARAM_BLD_free(builder);
	return err;
}

static int read_rsa(struct reader *r, struct public_key *key)
{
	BIGNUM *e = read_number(r);
	BIGNUM *n = read_number(r);
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	int err = -ENOMEM;

	if (e == NULL || n == NULL || BN_is_zero(e) || !BN_is_odd(n))
		err = -EBADMSG;
	else if (BN_num_bits(n) < RSA_MODULUS_BITS_MIN || BN_num_bits(n) > RSA_MODULUS_BITS_MAX ||
		 BN_num_bits(e) > RSA_EXPONENT_BITS_MAX)
		err = -ENOTSUP;
	else if (builder != NULL && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) &&
		 OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n))
		err = pkey_from_params("RSA", builder, &key->pkey);
	OSSL_PARAM_BLD_free(builder);
	BN_free(n);
	BN_free(e);
	return err;
}

/* The curve that a key type such as ecdsa-sha2-nistp256 names; NULL for other types. */
static const struct curve *curve_of_type(struct byte_view type)
{
	static const char prefix[] = "ecdsa-sha2-";
	size_t prefix_len = strlen(prefix);

	if (type.len < prefix_len || memcmp(type.ptr, prefix, prefix_len) != 0)
		return NULL;
	return curve_find((struct byte_view){type.ptr + prefix_len, type.len - prefix_len});
}

int public_key_read(struct reader *r, struct byte_view type, struct public_key *key)
{
	struct public_key found = {.type = type};
	const struct curve *curve = curve_of_type(type);
	int err = -ENOTSUP;

	if (view_equals_text(type, "ssh-ed25519"))
		err = read_ed25519(r, &found);
	else if (curve != NULL)
		err = read_ecdsa(r, curve, &found);
	else if (view_equals_text(type, "ssh-rsa"))
		err = read_rsa(r, &found);
	if (err == 0)
		*key = found;
	ERR_clear_error(); /* what fails here is no news to whoever shares the thread's queue */
	return err;
}

int public_key_parse(struct byte_view blob, struct public_key *key)
{
	struct reader r = reader_of(blob);
	struct byte_view type = reader_string(&r);
	struct public_key found = {0};
	int err = r.has_failed ? -EBADMSG : public_key_read(&r, type, &found);

	if (err == 0 && reader_finish(&r) != 0)
		err = -EBADMSG;
	if (err == 0)
		*key = found;
	else
		public_key_deinit(&found);
	return err;
}

void public_key_deinit(struct public_key *key)
{
	EVP_PKEY_free(key->pkey);
	*key = (struct public_key){0};
}

/* digest: NULL for Ed25519. */
static int verify_bytes(const struct public_key *key, const char *digest,
			struct byte_view signature, struct byte_view data)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int err = -ENOMEM;

	if (ctx != NULL &&
	    EVP_DigestVerifyInit_ex(ctx, NULL, digest, NULL, NULL, key->pkey, NULL) == 1)
		err = EVP_DigestVerify(ctx, signature.ptr, signature.len, data.ptr, data.len) == 1
			      ? 0
			      : -EKEYREJECTED;
	EVP_MD_CTX_free(ctx);
	return err;
}

/* RFC 5656 section 3.1.2: two mpints, where libcrypto wants DER. */
static int verify_ecdsa(const struct public_key *key, struct byte_view signature,
			struct byte_view data)
{
	struct reader reader = reader_of(signature);
	BIGNUM *r = read_number(&reader);
	BIGNUM *s = read_number(&reader);
	ECDSA_SIG *pair = ECDSA_SIG_new();
	uint8_t der[ECDSA_DER_LEN_MAX];
	uint8_t *end = der;
	int field_bits = (int)(8 * key->curve->field_len);
	int err = -ENOMEM;

	if (r == NULL || s == NULL || reader_finish(&reader) != 0 || BN_num_bits(r) > field_bits ||
	    BN_num_bits(s) > field_bits) {
		err = -EBADMSG;
		goto out;
	}
	if (pair == NULL || ECDSA_SIG_set0(pair, r, s) != 1)
		goto out;
	r = NULL; /* both are the pair's now */
	s = NULL;
	if (i2d_ECDSA_SIG(pair, &end) <= 0)
		goto out;
	err = verify_bytes(key, key->curve->digest, (struct byte_view){der, (size_t)(end - der)},
			   data);
out:
	ECDSA_SIG_free(pair);
	BN_free(s);
	BN_free(r);
	return err;
}

/* RFC 8332 section 3. Some signers leave out leading zeros; OpenSSH puts them back, too. */
static int verify_rsa(const struct public_key *key, const char *digest, struct byte_view signature,
		      struct byte_view data)
{
	uint8_t padded[RSA_SIGNATURE_LEN_MAX] = {0};
	int size = EVP_PKEY_get_size(key->pkey);
	size_t len = size > 0 ? (size_t)size : 0;

	if (signature.len == 0 || signature.len > len || len > sizeof(padded))
		return -EBADMSG;
	memcpy(padded + len - signature.len, signature.ptr, signature.len);
	return verify_bytes(key, digest, (struct byte_view){padded, len}, data);
}

static int verify_by_algorithm(const struct public_key *key, struct byte_view algorithm,
			       struct byte_view signature, struct byte_view data)
{
	if (view_equals_text(key->type, "ssh-rsa")) {
		if (view_equals_text(algorithm, "rsa-sha2-256"))
			return verify_rsa(key, "SHA256", signature, data);
		if (view_equals_text(algorithm, "rsa-sha2-512"))
			return verify_rsa(key, "SHA512", signature, data);
		return view_equals_text(algorithm, "ssh-rsa") ? -ENOTSUP : -EBADMSG;
	}
	if (!view_equal(algorithm, key->type))
		return -EBADMSG;
	if (key->curve != NULL)
		return verify_ecdsa(key, signature, data);
	return signature.len == ED25519_SIGNATURE_LEN ? verify_bytes(key, NULL, signature, data)
						      : -EBADMSG;
}

int public_key_verify(const struct public_key *key, struct byte_view signature,
		      struct byte_view data)
{
	struct reader r = reader_of(signature);
	struct byte_view algorithm = reader_string(&r);
	struct byte_view bytes = reader_string(&r);
	int err;

	if (reader_finish(&r) != 0)
		return -EBADMSG;
	err = verify_by_algorithm(key, algorithm, bytes, data);
	ERR_clear_error();
	return err;
}
