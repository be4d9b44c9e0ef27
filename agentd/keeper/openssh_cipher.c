#include "agentd/keeper/openssh_cipher.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "agentd/keeper/chacha_poly.h"

static const struct openssh_cipher ciphers[] = {
	{"none", NULL, 0, 0, 0, 8},
	{"aes256-ctr", "AES-256-CTR", 32, 16, 0, 16},
	{"aes192-ctr", "AES-192-CTR", 24, 16, 0, 16},
	{"aes128-ctr", "AES-128-CTR", 16, 16, 0, 16},
	{"aes256-cbc", "AES-256-CBC", 32, 16, 0, 16},
	{"aes192-cbc", "AES-192-CBC", 24, 16, 0, 16},
	{"aes128-cbc", "AES-128-CBC", 16, 16, 0, 16},
	{"rijndael-cbc@lysator.liu.se", "AES-256-CBC", 32, 16, 0, 16},
	{"aes256-gcm@openssh.com", "AES-256-GCM", 32, 12, 16, 16},
	{"aes128-gcm@openssh.com", "AES-128-GCM", 16, 12, 16, 16},
	{"chacha20-poly1305@openssh.com", NULL, CHACHA_POLY_KEY_LEN, 0, CHACHA_POLY_TAG_LEN, 8},
	{"3des-cbc", "DES-EDE3-CBC", 24, 8, 0, 8},
};

const struct openssh_cipher *openssh_cipher_find(struct byte_view name)
{
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
		if (view_equals_text(name, ciphers[i].name))
			return &ciphers[i];
	}
	return NULL;
}

static int evp_open(EVP_CIPHER_CTX *ctx, const EVP_CIPHER *evp, const uint8_t *key_iv,
		    struct byte_view sealed, struct byte_view tag, uint8_t *plain)
{
	uint8_t tag_copy[EVP_MAX_BLOCK_LENGTH]; /* the call takes no const */
	int key_len = EVP_CIPHER_get_key_length(evp);
	int len = 0;
	int final_len = 0;

	if (EVP_DecryptInit_ex2(ctx, evp, key_iv, key_iv + key_len, NULL) != 1 ||
	    EVP_CIPHER_CTX_set_padding(ctx, 0) != 1)
		return -ENOMEM;
	if (tag.len > 0) {
		memcpy(tag_copy, tag.ptr, tag.len);
		if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)tag.len, tag_copy) != 1)
			return -ENOMEM;
	}
	if (EVP_DecryptUpdate(ctx, plain, &len, sealed.ptr, (int)sealed.len) != 1 ||
	    EVP_DecryptFinal_ex(ctx, plain + len, &final_len) != 1)
		return -EBADMSG;
	return 0;
}

int openssh_cipher_open(const struct openssh_cipher *cipher, const uint8_t *key_iv,
			struct byte_view sealed, struct byte_view tag, uint8_t *plain)
{
	EVP_CIPHER_CTX *ctx = NULL;
	EVP_CIPHER *evp = NULL;
	int err = -ENOMEM;

	if (sealed.len == 0 || sealed.len > INT32_MAX || sealed.len % cipher->block_len != 0 ||
	    tag.len != cipher->tag_len || tag.len > EVP_MAX_BLOCK_LENGTH)
		return -EBADMSG;
	if (cipher->key_len == 0) {
		memcpy(plain, sealed.ptr, sealed.len);
		return 0;
	}
	if (cipher->evp_name == NULL)
		return chacha_poly_open(key_iv, sealed, tag.ptr, plain);
	ctx = EVP_CIPHER_CTX_new();
	evp = EVP_CIPHER_fetch(NULL, cipher->evp_name, NULL);
	if (ctx != NULL)
		err = evp != NULL ? evp_open(ctx, evp, key_iv, sealed, tag, plain) : -ENOTSUP;
	EVP_CIPHER_free(evp);
	EVP_CIPHER_CTX_free(ctx);
	return err;
}
