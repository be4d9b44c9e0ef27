#include "agentd/keeper/public_blob.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "agentd/keeper/curve.h"

enum {
	ED25519_KEY_LEN = 32,
	RSA_MODULUS_MAX = 2048, /* bytes: 16,384 bits, as in OpenSSH and libcrypto */
};

static int put_ed25519(const EVP_PKEY *pkey, struct byte_buf *buf)
{
	uint8_t key[ED25519_KEY_LEN];
	size_t len = sizeof(key);

	if (EVP_PKEY_get_raw_public_key(pkey, key, &len) != 1 || len != sizeof(key))
		return -ENOMEM;
	byte_buf_put_text(buf, "ssh-ed25519");
	byte_buf_put_string(buf, (struct byte_view){key, len});
	return byte_buf_status(buf);
}

/* One number of the public key, as an mpint. */
static int put_number(const EVP_PKEY *pkey, const char *name, struct byte_buf *buf)
{
	uint8_t bytes[RSA_MODULUS_MAX];
	BIGNUM *number = NULL;
	int len;

	if (EVP_PKEY_get_bn_param(pkey, name, &number) != 1)
		return -ENOMEM;
	if (BN_num_bytes(number) > RSA_MODULUS_MAX) {
		BN_free(number);
		return -ENOTSUP;
	}
	len = BN_bn2bin(number, bytes);
	BN_free(number);
	byte_buf_put_mpint(buf, (struct byte_view){bytes, (size_t)len});
	return byte_buf_status(buf);
}

static int put_rsa(const EVP_PKEY *pkey, struct byte_buf *buf)
{
	int err;

	byte_buf_put_text(buf, "ssh-rsa");
	err = put_number(pkey, OSSL_PKEY_PARAM_RSA_E, buf);
	return err != 0 ? err : put_number(pkey, OSSL_PKEY_PARAM_RSA_N, buf);
}

/* From the coordinates: the encoded point may be compressed, which SSH does not allow. */
static int put_ecdsa(const EVP_PKEY *pkey, const struct curve *curve, struct byte_buf *buf)
{
	uint8_t point[CURVE_POINT_MAX] = {4}; /* uncompressed: SEC 1 section 2.3.3 */
	BIGNUM *x = NULL;
	BIGNUM *y = NULL;
	int field_len = (int)curve->field_len;
	int err = -ENOMEM;

	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1 &&
	    BN_bn2binpad(x, point + 1, field_len) == field_len &&
	    BN_bn2binpad(y, point + 1 + field_len, field_len) == field_len) {
		byte_buf_put_text(buf, curve->key_type);
		byte_buf_put_text(buf, curve->name);
		byte_buf_put_string(buf, (struct byte_view){point, 1 + 2 * curve->field_len});
		err = byte_buf_status(buf);
	}
	BN_free(x);
	BN_free(y);
	return err;
}

int public_blob_append(const EVP_PKEY *pkey, struct byte_buf *buf)
{
	const struct curve *curve;

	if (EVP_PKEY_is_a(pkey, "ED25519"))
		return put_ed25519(pkey, buf);
	if (EVP_PKEY_is_a(pkey, "RSA"))
		return put_rsa(pkey, buf);
	curve = curve_of(pkey);
	return curve != NULL ? put_ecdsa(pkey, curve, buf) : -ENOTSUP;
}
