#include "common/fingerprint.h"

#include <openssl/sha.h>
#include <string.h>

#include "common/base64.h"

void fingerprint_hash(struct byte_view key_blob, uint8_t hash[FINGERPRINT_HASH_LEN])
{
	SHA256(key_blob.ptr, key_blob.len, hash);
}

void fingerprint_text(const uint8_t hash[FINGERPRINT_HASH_LEN], char text[FINGERPRINT_TEXT_MAX])
{
	struct byte_buf buf;

	byte_buf_init(&buf, FINGERPRINT_TEXT_MAX);
	byte_buf_put_bytes(&buf, "SHA256:", strlen("SHA256:"));
	base64_put(&buf, (struct byte_view){hash, FINGERPRINT_HASH_LEN}, BASE64_STANDARD_UNPADDED);
	byte_buf_put_u8(&buf, '\0');
	if (byte_buf_status(&buf) == 0)
		memcpy(text, buf.data, buf.len);
	else
		text[0] = '\0'; /* out of memory: a log line without it */
	byte_buf_deinit(&buf);
}

void fingerprint_of_blob(struct byte_view key_blob, char text[FINGERPRINT_TEXT_MAX])
{
	uint8_t hash[FINGERPRINT_HASH_LEN];

	fingerprint_hash(key_blob, hash);
	fingerprint_text(hash, text);
}
