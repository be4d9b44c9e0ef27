#include "agentd/seal.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

static int compute(const struct token *token, const struct secret *secret,
		   uint8_t seal[TOKEN_SEAL_LEN])
{
	struct byte_buf part;
	unsigned len = 0;
	int err = -EIO;

	byte_buf_init(&part, TOKEN_TEXT_MAX);
	token_put_sealed_part(&part, token);
	if (byte_buf_status(&part) == 0 &&
	    HMAC(EVP_sha256(), secret->seal_key, sizeof(secret->seal_key), part.data, part.len,
		 seal, &len) != NULL &&
	    len == TOKEN_SEAL_LEN)
		err = 0;
	byte_buf_deinit(&part);
	return err;
}

int seal_token(struct token *token, const struct secret *secret)
{
	return compute(token, secret, token->seal);
}

bool seal_is_good(const struct token *token, const struct secret *secret)
{
	uint8_t seal[TOKEN_SEAL_LEN];
	bool is_good = compute(token, secret, seal) == 0 &&
		       CRYPTO_memcmp(seal, token->seal, sizeof(seal)) == 0;

	explicit_bzero(seal, sizeof(seal));
	return is_good;
}
