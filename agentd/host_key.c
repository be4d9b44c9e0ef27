#include "agentd/host_key.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

enum { ED25519_LEN = 32, CONTAINER_MAX = 1024 };

/* The private section of an openssh-key-v1 container (PROTOCOL.key), unencrypted. */
static void put_private_section(struct byte_buf *section, const uint8_t seed[ED25519_LEN],
				const uint8_t public_key[ED25519_LEN])
{
	struct byte_view public_view = {public_key, ED25519_LEN};

	byte_buf_put_u32(section, 0); /* twice the same: for those who decrypt */
	byte_buf_put_u32(section, 0);
	byte_buf_put_text(section, "ssh-ed25519");
	byte_buf_put_string(section, public_view);
	byte_buf_put_u32(section, 2 * ED25519_LEN);
	byte_buf_put_bytes(section, seed, ED25519_LEN);
	byte_buf_put_bytes(section, public_key, ED25519_LEN);
	byte_buf_put_text(section, ""); /* comment */
	for (uint8_t pad = 1; section->len % 8 != 0; pad++)
		byte_buf_put_u8(section, pad);
}

static void put_public_blob(struct byte_buf *blob, const uint8_t public_key[ED25519_LEN])
{
	byte_buf_put_text(blob, "ssh-ed25519");
	byte_buf_put_string(blob, (struct byte_view){public_key, ED25519_LEN});
}

/*
 * libssh takes no raw key, and of an Ed25519 key in PKCS#8 it forgets the public half: OpenSSH's
 * own container is the way in that works.
 */
static void put_container(struct byte_buf *container, const uint8_t seed[ED25519_LEN],
			  const uint8_t public_key[ED25519_LEN], struct byte_view blob)
{
	struct byte_buf section;

	byte_buf_init(&section, CONTAINER_MAX);
	put_private_section(&section, seed, public_key);
	byte_buf_put_bytes(container, "openssh-key-v1", sizeof("openssh-key-v1"));
	byte_buf_put_text(container, "none"); /* cipher */
	byte_buf_put_text(container, "none"); /* KDF */
	byte_buf_put_text(container, "");     /* its options */
	byte_buf_put_u32(container, 1);	      /* keys */
	byte_buf_put_string(container, blob);
	byte_buf_put_string(container, byte_buf_view(&section));
	byte_buf_deinit(&section);
}

static ssh_key import_container(const struct byte_buf *container)
{
	BIO *pem = BIO_new(BIO_s_secmem()); /* wiped when freed */
	ssh_key key = NULL;
	char *text;

	if (pem != NULL && byte_buf_status(container) == 0 &&
	    PEM_write_bio(pem, "OPENSSH PRIVATE KEY", "", container->data, (long)container->len) >
		    0 &&
	    BIO_write(pem, "", 1) == 1 && BIO_get_mem_data(pem, &text) > 0)
		ssh_pki_import_privkey_base64(text, NULL, NULL, NULL, &key);
	BIO_free(pem);
	return key;
}

static int public_key_of(const uint8_t seed[ED25519_LEN], uint8_t public_key[ED25519_LEN])
{
	EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ED25519_LEN);
	size_t len = ED25519_LEN;
	int ok = pkey != NULL && EVP_PKEY_get_raw_public_key(pkey, public_key, &len) == 1 &&
		 len == ED25519_LEN;

	EVP_PKEY_free(pkey);
	return ok ? 0 : -EIO;
}

int host_key_make(const struct secret *secret, ssh_key *key, uint8_t hash[FINGERPRINT_HASH_LEN])
{
	uint8_t public_key[ED25519_LEN];
	struct byte_buf container;
	struct byte_buf blob;
	ssh_key made = NULL;

	_Static_assert(sizeof(secret->host_key_seed) == ED25519_LEN, "the seed is the key");
	byte_buf_init(&container, CONTAINER_MAX);
	byte_buf_init(&blob, CONTAINER_MAX);
	if (public_key_of(secret->host_key_seed, public_key) == 0) {
		put_public_blob(&blob, public_key);
		put_container(&container, secret->host_key_seed, public_key, byte_buf_view(&blob));
		made = import_container(&container);
	}
	if (made != NULL) {
		fingerprint_hash(byte_buf_view(&blob), hash);
		*key = made;
	}
	byte_buf_deinit(&container);
	byte_buf_deinit(&blob);
	return made != NULL ? 0 : -EIO;
}
