#include "agentd/keeper/keyfile.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "agentd/keeper/armor.h"
#include "agentd/keeper/openssh_key.h"

#define OPENSSH_BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define OPENSSH_END "-----END OPENSSH PRIVATE KEY-----"

static bool contains(struct byte_view text, const char *word)
{
	return text.len > 0 && memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

static bool begins_with(struct byte_view text, const char *word)
{
	return text.len >= strlen(word) && memcmp(text.ptr, word, strlen(word)) == 0;
}

static int decode_openssh(struct byte_view text, const struct byte_view *passphrase,
			  struct key *out, const char **why)
{
	struct byte_view armored;
	struct byte_buf bytes;
	int err;

	if (!armor_find(text, OPENSSH_BEGIN, OPENSSH_END, &armored)) {
		*why = "the file is damaged: its END line is missing";
		return -EBADMSG;
	}
	byte_buf_init(&bytes, KEYFILE_LEN_MAX);
	err = armor_decode(armored, &bytes);
	if (err == 0)
		err = openssh_key_decode(byte_buf_view(&bytes), passphrase, out, why);
	else
		*why = "the file is damaged: not base64 between its BEGIN and END lines";
	byte_buf_deinit(&bytes);
	return err;
}

/* What libcrypto is given in place of a prompt on the terminal, and what came of it. */
struct pem_passphrase {
	const struct byte_view *given;
	bool was_asked_for;
};

static int on_pem_passphrase_needed(char *buf, int size, int is_writing, void *context)
{
	struct pem_passphrase *passphrase = context;

	(void)is_writing;
	passphrase->was_asked_for = true;
	if (passphrase->given == NULL || passphrase->given->len > (size_t)size)
		return -1;
	memcpy(buf, passphrase->given->ptr, passphrase->given->len);
	return (int)passphrase->given->len;
}

static int decode_pem(struct byte_view text, const struct byte_view *given, struct key *out,
		      const char **why)
{
	struct pem_passphrase passphrase = {.given = given};
	BIO *bio = BIO_new_mem_buf(text.ptr, (int)text.len);
	EVP_PKEY *pkey = NULL;
	int err;

	if (bio != NULL)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, on_pem_passphrase_needed, &passphrase);
	BIO_free(bio);
	if (pkey != NULL) {
		err = key_init(pkey, out, why);
	} else if (passphrase.was_asked_for && given == NULL) {
		*why = "it is encrypted, and no passphrase was given";
		err = -ENOKEY;
	} else if (passphrase.was_asked_for) {
		*why = "the passphrase is wrong (or the file is damaged)";
		err = -EACCES;
	} else {
		*why = "the file is damaged, or holds a kind of private key unknown to OpenSSL";
		err = -EBADMSG;
	}
	return err;
}

/* Not a private key; what is it, then? */
static int refuse(struct byte_view text, const char **why)
{
	static const char *const public_marks[] = {
		"ssh-",
		"ecdsa-sha2-",
		"sk-ssh-",
		"sk-ec",
		"---- BEGIN SSH2 PUBLIC",
		"-----BEGIN PUBLIC KEY-----",
		"-----BEGIN RSA PUBLIC KEY-----",
	};

	if (begins_with(text, "PuTTY-User-Key-File")) {
		*why = "a PuTTY key; convert it: puttygen FILE -O private-openssh -o NEWFILE";
		return -ENOTSUP;
	}
	for (size_t i = 0; i < sizeof(public_marks) / sizeof(public_marks[0]); i++) {
		if (begins_with(text, public_marks[i])) {
			*why = "a public key; the private one is needed (the file without .pub)";
			return -ENOTSUP;
		}
	}
	*why = text.len == 0 ? "it is empty" : "not a private key";
	return -EBADMSG;
}

int keyfile_decode(struct byte_view text, const struct byte_view *passphrase, struct key *out,
		   const char **why)
{
	int err;

	if (text.len > KEYFILE_LEN_MAX) {
		*why = "over 64 KiB: not a private key";
		return -EBADMSG;
	}
	if (contains(text, OPENSSH_BEGIN))
		err = decode_openssh(text, passphrase, out, why);
	else if (contains(text, "PRIVATE KEY-----"))
		err = decode_pem(text, passphrase, out, why);
	else
		return refuse(text, why);
	/* Queued errors hold no secrets, but would puzzle the next reader of the queue. */
	ERR_clear_error();
	return err;
}
