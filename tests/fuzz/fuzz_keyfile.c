/*
 * fuzz_keyfile - private key files as the keeper reads them: PEM, openssh-key-v1 in its armor and, where a
 * zero byte comes first, what is within that.
 *
 * The derivation of keys from passphrases, which is slow on purpose, is a constant here: what decrypts under
 * it is an input like any other. libcrypto's own is not tried.
 */
#include <errno.h>

#include "agentd/keeper/bcrypt_pbkdf.h"
#include "agentd/keeper/keyfile.h"
#include "agentd/keeper/openssh_key.h"
#include "tests/fuzz/fuzz.h"

/* In the place of the library's, which this keeps out. */
int bcrypt_pbkdf(struct byte_view passphrase, struct byte_view salt, uint32_t rounds, uint8_t *out,
		 size_t out_len)
{
	FUZZ_CHECK(salt.len == 0 || salt.ptr != NULL);
	if (passphrase.len == 0 || salt.len == 0 || salt.len > BCRYPT_PBKDF_SALT_MAX ||
	    rounds == 0 || rounds > BCRYPT_PBKDF_ROUNDS_MAX || out_len == 0 ||
	    out_len > BCRYPT_PBKDF_OUT_MAX)
		return -EINVAL;
	memset(out, 'k', out_len);
	return 0;
}

/* why: where what was decoded says why not; looked at afterwards. */
static void check(int err, struct key *key, const char *const *why)
{
	FUZZ_CHECK(err == 0 || err == -ENOKEY || err == -EACCES || err == -EBADMSG ||
		   err == -ENOTSUP);
	if (err != 0) {
		FUZZ_CHECK(*why != NULL && (*why)[0] != '\0');
		return;
	}
	FUZZ_CHECK(key->pkey != NULL && key->blob.len > 4 && key->blob.len <= KEY_BLOB_MAX);
	FUZZ_CHECK(byte_buf_status(&key->blob) == 0);
	key_deinit(key);
	key_deinit(key); /* legal twice */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char pem[] = "-----BEGIN OPENSSH PRIVATE KEY-----";
	const struct byte_view passphrase = view_of("open sesame");
	struct byte_view text = {data, size};
	struct key key = {0};
	const char *why = NULL;

	if (size > 0 && data[0] == 0) {
		text.ptr++;
		text.len--;
		check(openssh_key_decode(text, NULL, &key, &why), &key, &why);
		why = NULL;
		check(openssh_key_decode(text, &passphrase, &key, &why), &key, &why);
		return 0;
	}
	check(keyfile_decode(text, NULL, &key, &why), &key, &why);
	why = NULL;
	if (size > 0 && memmem(data, size, pem, strlen(pem)) != NULL)
		check(keyfile_decode(text, &passphrase, &key, &why), &key, &why);
	return 0;
}
