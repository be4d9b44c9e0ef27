#include "agentd/keeper/openssh_key.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agentd/keeper/bcrypt_pbkdf.h"
#include "agentd/keeper/openssh_cipher.h"
#include "agentd/keeper/pkey_parts.h"

enum {
	ED25519_SECRET_LEN = 64, /* the seed, then the public key again */
};

/* The outer layer; views into the file. */
struct container {
	const struct openssh_cipher *cipher;
	struct byte_view kdf;
	struct byte_view kdf_options;
	struct byte_view public_blob;
	struct byte_view sealed;
	struct byte_view tag;
};

static int damaged(const char **why)
{
	*why = "the file is damaged: not a whole openssh-key-v1 private key";
	return -EBADMSG;
}

static int unsupported(const char **why, const char *text)
{
	*why = text;
	return -ENOTSUP;
}

static int container_parse(struct byte_view bytes, struct container *out, const char **why)
{
	static const char magic[] = "openssh-key-v1"; /* its NUL is part of it */
	struct reader r = reader_of(bytes);
	struct byte_view start = reader_bytes(&r, sizeof(magic));
	struct byte_view cipher_name = reader_string(&r);
	struct container c = {.kdf = reader_string(&r)};
	uint32_t key_count;

	c.kdf_options = reader_string(&r);
	key_count = reader_u32(&r);
	if (r.has_failed ||
	    !view_equal(start, (struct byte_view){(const uint8_t *)magic, sizeof(magic)}))
		return damaged(why);
	c.cipher = openssh_cipher_find(cipher_name);
	if (c.cipher == NULL)
		return unsupported(why, "encrypted with an unknown cipher; encrypt it anew with "
					"ssh-keygen -p -Z aes256-ctr");
	if (key_count != 1)
		return unsupported(why, "holds several keys; use one file for each");
	c.public_blob = reader_string(&r);
	c.sealed = reader_string(&r);
	c.tag = reader_bytes(&r, c.cipher->tag_len);
	if (reader_finish(&r) != 0)
		return damaged(why);
	*out = c;
	return 0;
}

/* Said before a passphrase is asked for: the type stands in clear in the public half. */
static int container_check_type(const struct container *c, const char **why)
{
	struct reader r = reader_of(c->public_blob);
	struct byte_view type = reader_string(&r);

	if (r.has_failed)
		return damaged(why);
	if (type.len > 3 && memcmp(type.ptr, "sk-", 3) == 0)
		return unsupported(why, "a FIDO security key, which only an agent can use: "
					"ssh-add it, and give --agent in place of --key");
	if (view_equals_text(type, "ssh-dss"))
		return unsupported(why, "a DSA key, which OpenSSH no longer takes; make a new one "
					"with ssh-keygen -t ed25519");
	return 0;
}

/* The key for the cipher, by the file's key derivation function. */
static int container_derive(const struct container *c, struct byte_view passphrase, uint8_t *key_iv,
			    const char **why)
{
	struct reader r = reader_of(c->kdf_options);
	struct byte_view salt = reader_string(&r);
	uint32_t rounds = reader_u32(&r);
	int err;

	if (!view_equals_text(c->kdf, "bcrypt"))
		return unsupported(why, "encrypted by an unknown key derivation function");
	if (reader_finish(&r) != 0 || salt.len == 0 || rounds == 0)
		return damaged(why);
	static_assert(BCRYPT_PBKDF_ROUNDS_MAX == 4096, "the text says so");
	if (rounds > BCRYPT_PBKDF_ROUNDS_MAX)
		return unsupported(why,
				   "encrypted with more than 4096 rounds of bcrypt; use fewer: "
				   "ssh-keygen -p -a 100");
	err = bcrypt_pbkdf(passphrase, salt, rounds, key_iv,
			   c->cipher->key_len + c->cipher->iv_len);
	if (err == -EINVAL) { /* what is left of its reasons: an empty passphrase, a huge salt */
		*why = "the passphrase is wrong";
		return -EACCES;
	}
	if (err != 0)
		*why = "out of memory";
	return err;
}

static int container_open(const struct container *c, const struct byte_view *passphrase,
			  uint8_t *plain, const char **why)
{
	uint8_t key_iv[OPENSSH_CIPHER_KEY_IV_MAX];
	bool is_encrypted = c->cipher->key_len > 0;
	int err = 0;

	if (is_encrypted && passphrase == NULL) {
		*why = "it is encrypted, and no passphrase was given";
		return -ENOKEY;
	}
	if (is_encrypted)
		err = container_derive(c, *passphrase, key_iv, why);
	if (err != 0)
		return err;
	err = openssh_cipher_open(c->cipher, key_iv, c->sealed, c->tag, plain);
	explicit_bzero(key_iv, sizeof(key_iv));
	if (err == -EBADMSG && c->cipher->tag_len > 0) {
		*why = "the passphrase is wrong (or the file is damaged)";
		return -EACCES;
	}
	if (err == -EBADMSG)
		return damaged(why);
	if (err == -ENOTSUP)
		*why = "libcrypto has not got its cipher; encrypt it anew with "
		       "ssh-keygen -p -Z aes256-ctr";
	else if (err != 0)
		*why = "out of memory";
	return err;
}

static EVP_PKEY *read_ed25519(struct reader *r)
{
	struct byte_view public_key = reader_string(r);
	struct byte_view secret = reader_string(r);

	if (r->has_failed || public_key.len != ED25519_SECRET_LEN - ED25519_SEED_LEN ||
	    secret.len != ED25519_SECRET_LEN)
		return NULL;
	return pkey_from_ed25519(secret.ptr);
}

static EVP_PKEY *read_rsa(struct reader *r)
{
	struct rsa_parts parts;

	parts.n = reader_string(r);
	parts.e = reader_string(r);
	parts.d = reader_string(r);
	parts.iqmp = reader_string(r);
	parts.p = reader_string(r);
	parts.q = reader_string(r);
	return r->has_failed ? NULL : pkey_from_rsa(&parts);
}

static EVP_PKEY *read_ecdsa(struct reader *r)
{
	const struct curve *curve = curve_find(reader_string(r));
	struct byte_view point = reader_string(r);
	struct byte_view d = reader_string(r);

	return r->has_failed || curve == NULL ? NULL : pkey_from_ecdsa(curve, point, d);
}

/* After the comment: 1, 2, 3 ... up to a whole block of the cipher. */
static bool padding_is_right(struct reader *r, const struct openssh_cipher *cipher)
{
	struct byte_view padding = reader_rest(r);

	if (r->has_failed || padding.len >= cipher->block_len)
		return false;
	for (size_t i = 0; i < padding.len; i++) {
		if (padding.ptr[i] != i + 1)
			return false;
	}
	return true;
}

/* The inner layer, in clear. */
static int read_private(const struct container *c, struct byte_view plain, struct key *out,
			const char **why)
{
	struct reader r = reader_of(plain);
	uint32_t check = reader_u32(&r);
	bool is_opened = reader_u32(&r) == check && !r.has_failed;
	struct byte_view type = reader_string(&r);
	struct byte_view comment;
	EVP_PKEY *pkey = NULL;
	struct key key;
	int err;

	if (!is_opened && c->cipher->key_len > 0) {
		*why = "the passphrase is wrong";
		return -EACCES;
	}
	if (!is_opened || r.has_failed)
		return damaged(why);
	if (view_equals_text(type, "ssh-ed25519"))
		pkey = read_ed25519(&r);
	else if (view_equals_text(type, "ssh-rsa"))
		pkey = read_rsa(&r);
	else if (type.len > 11 && memcmp(type.ptr, "ecdsa-sha2-", 11) == 0)
		pkey = read_ecdsa(&r);
	else
		return unsupported(why, "an unknown type of key; use it through ssh-agent");
	if (pkey == NULL)
		return damaged(why);
	err = key_init(pkey, &key, why);
	if (err != 0)
		return err;
	comment = reader_string(&r);
	if (!padding_is_right(&r, c->cipher) ||
	    !view_equal(byte_buf_view(&key.blob), c->public_blob)) {
		key_deinit(&key);
		return damaged(why);
	}
	if (comment.len > 0)
		key.comment = strndup((const char *)comment.ptr, comment.len);
	*out = key;
	return 0;
}

int openssh_key_decode(struct byte_view bytes, const struct byte_view *passphrase, struct key *out,
		       const char **why)
{
	struct container c;
	uint8_t *plain;
	int err;

	err = container_parse(bytes, &c, why);
	if (err == 0)
		err = container_check_type(&c, why);
	if (err != 0)
		return err;
	plain = malloc(c.sealed.len > 0 ? c.sealed.len : 1);
	if (plain == NULL) {
		*why = "out of memory";
		return -ENOMEM;
	}
	err = container_open(&c, passphrase, plain, why);
	if (err == 0)
		err = read_private(&c, (struct byte_view){plain, c.sealed.len}, out, why);
	explicit_bzero(plain, c.sealed.len);
	free(plain);
	return err;
}
