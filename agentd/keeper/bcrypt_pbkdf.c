#include "agentd/keeper/bcrypt_pbkdf.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "agentd/keeper/blowfish.h"

enum {
	HASH_LEN = BLOWFISH_INPUT_LEN, /* SHA-512 */
	BLOCK_WORDS = 8,
	BLOCK_LEN = 4 * BLOCK_WORDS,
	BCRYPT_COST = 64, /* of each inner bcrypt; the rounds come on top */
};

/* What lives as long as one derivation; all of it secret but pi. */
struct derivation {
	struct blowfish pi;
	struct blowfish state;
	uint8_t passphrase_hash[HASH_LEN];
	uint8_t salt_hash[HASH_LEN];
	uint8_t counted_salt[BCRYPT_PBKDF_SALT_MAX + 4];
	uint8_t block[BLOCK_LEN];
	uint8_t sum[BLOCK_LEN];
};

static bool sha512(const void *bytes, size_t len, uint8_t *hash)
{
	return EVP_Digest(bytes, len, hash, NULL, EVP_sha512(), NULL) == 1;
}

/* bcrypt with hashed inputs of full length, a longer magic text and little-endian output. */
static void bcrypt_hash(struct derivation *d)
{
	static const char magic[] = "OxychromaticBlowfishSwatDynamite";
	uint32_t words[BLOCK_WORDS];

	d->state = d->pi;
	blowfish_expand(&d->state, d->passphrase_hash, d->salt_hash);
	for (int i = 0; i < BCRYPT_COST; i++) {
		blowfish_expand(&d->state, d->salt_hash, NULL);
		blowfish_expand(&d->state, d->passphrase_hash, NULL);
	}
	for (size_t i = 0; i < BLOCK_WORDS; i++) {
		struct byte_view text = {(const uint8_t *)magic + 4 * i, 4};
		struct reader r = reader_of(text);

		words[i] = reader_u32(&r);
	}
	for (int i = 0; i < BCRYPT_COST; i++) {
		for (size_t pair = 0; pair < BLOCK_WORDS; pair += 2)
			blowfish_encrypt(&d->state, &words[pair], &words[pair + 1]);
	}
	for (size_t i = 0; i < BLOCK_LEN; i++)
		d->block[i] = (uint8_t)(words[i / 4] >> (8 * (i % 4)));
	explicit_bzero(words, sizeof(words));
}

/* PBKDF2's F(): the XOR of `rounds` chained blocks, the first over the salt and a counter. */
static bool derive_block(struct derivation *d, struct byte_view salt, uint32_t rounds,
			 uint32_t counter)
{
	memcpy(d->counted_salt, salt.ptr, salt.len);
	for (size_t i = 0; i < 4; i++)
		d->counted_salt[salt.len + i] = (uint8_t)(counter >> (24 - 8 * i));
	if (!sha512(d->counted_salt, salt.len + 4, d->salt_hash))
		return false;
	bcrypt_hash(d);
	memcpy(d->sum, d->block, sizeof(d->sum));
	for (uint32_t round = 1; round < rounds; round++) {
		if (!sha512(d->block, sizeof(d->block), d->salt_hash))
			return false;
		bcrypt_hash(d);
		for (size_t i = 0; i < BLOCK_LEN; i++)
			d->sum[i] ^= d->block[i];
	}
	return true;
}

int bcrypt_pbkdf(struct byte_view passphrase, struct byte_view salt, uint32_t rounds, uint8_t *out,
		 size_t out_len)
{
	size_t stride = (out_len + BLOCK_LEN - 1) / BLOCK_LEN;
	struct derivation d;
	int err;

	if (passphrase.len == 0 || salt.len == 0 || salt.len > BCRYPT_PBKDF_SALT_MAX ||
	    rounds == 0 || rounds > BCRYPT_PBKDF_ROUNDS_MAX || out_len == 0 ||
	    out_len > BCRYPT_PBKDF_OUT_MAX)
		return -EINVAL;
	err = blowfish_init(&d.pi);
	if (err == 0 && !sha512(passphrase.ptr, passphrase.len, d.passphrase_hash))
		err = -ENOMEM;
	/* Unlike PBKDF2, each block is spread over the whole output: byte i of block n is byte
	 * i * stride + n, so that no part of the key can be had without deriving all of it. */
	for (size_t n = 0; err == 0 && n < stride; n++) {
		if (!derive_block(&d, salt, rounds, (uint32_t)n + 1)) {
			err = -ENOMEM;
			break;
		}
		for (size_t i = 0; i * stride + n < out_len; i++)
			out[i * stride + n] = d.sum[i];
	}
	if (err != 0)
		explicit_bzero(out, out_len);
	explicit_bzero(&d, sizeof(d));
	return err;
}
