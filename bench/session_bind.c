#include "bench/session_bind.h"

#include <errno.h>
#include <openssl/evp.h>

#include "common/agent_msg.h"
#include "common/frame.h"

enum {
	ED25519_KEY_LEN = 32,
	ED25519_SIGNATURE_LEN = 64,
	KEY_BLOB_MAX = 128,
	BASE64_MAX = 4 * ((KEY_BLOB_MAX + 2) / 3) + 1,
};

static EVP_PKEY *host_key(void)
{
	static const uint8_t secret[ED25519_KEY_LEN] = "a host that is only in benchmark";

	return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, sizeof(secret));
}

/* RFC 8709 section 4. */
static int append_key_blob(struct byte_buf *blob, EVP_PKEY *key)
{
	uint8_t point[ED25519_KEY_LEN];
	size_t len = sizeof(point);

	if (EVP_PKEY_get_raw_public_key(key, point, &len) != 1)
		return -ENOMEM;
	byte_buf_put_text(blob, "ssh-ed25519");
	byte_buf_put_string(blob, (struct byte_view){point, len});
	return byte_buf_status(blob);
}

/* RFC 8709 section 6. */
static int append_signature(struct byte_buf *blob, EVP_PKEY *key, struct byte_view data)
{
	uint8_t signature[ED25519_SIGNATURE_LEN];
	size_t len = sizeof(signature);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	int ok = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
		 EVP_DigestSign(context, signature, &len, data.ptr, data.len) == 1;

	EVP_MD_CTX_free(context);
	if (!ok)
		return -ENOMEM;
	byte_buf_put_text(blob, "ssh-ed25519");
	byte_buf_put_string(blob, (struct byte_view){signature, len});
	return byte_buf_status(blob);
}

int session_bind_append(struct byte_buf *frame, struct byte_view session_id)
{
	struct byte_buf key_blob;
	struct byte_buf signature;
	EVP_PKEY *key = host_key();
	size_t mark;
	int err = -ENOMEM;

	byte_buf_init(&key_blob, KEY_BLOB_MAX);
	byte_buf_init(&signature, KEY_BLOB_MAX);
	if (key != NULL)
		err = append_key_blob(&key_blob, key);
	if (err == 0)
		err = append_signature(&signature, key, session_id);
	if (err == 0) {
		mark = frame_begin(frame);
		byte_buf_put_u8(frame, SSH_AGENTC_EXTENSION);
		byte_buf_put_text(frame, AGENT_EXT_SESSION_BIND);
		byte_buf_put_string(frame, byte_buf_view(&key_blob));
		byte_buf_put_string(frame, session_id);
		byte_buf_put_string(frame, byte_buf_view(&signature));
		byte_buf_put_u8(frame, 0); /* for a login, not for forwarding */
		frame_end(frame, mark);
		err = byte_buf_status(frame);
	}
	byte_buf_deinit(&signature);
	byte_buf_deinit(&key_blob);
	EVP_PKEY_free(key);
	return err;
}

int session_bind_host_key(struct byte_buf *line)
{
	unsigned char text[BASE64_MAX];
	struct byte_buf blob;
	EVP_PKEY *key = host_key();
	int err = -ENOMEM;

	byte_buf_init(&blob, KEY_BLOB_MAX);
	if (key != NULL)
		err = append_key_blob(&blob, key);
	if (err == 0) {
		EVP_EncodeBlock(text, blob.data, (int)blob.len);
		byte_buf_printf(line, "ssh-ed25519 %s", (const char *)text);
		err = byte_buf_status(line);
	}
	byte_buf_deinit(&blob);
	EVP_PKEY_free(key);
	return err;
}
