#include "agentd/host_signature.h"

#include <errno.h>
#include <string.h>

#include "agentd/public_key.h"

#define CERTIFICATE_SUFFIX "-cert-v01@openssh.com"

/* PROTOCOL.certkeys of OpenSSH. */
enum { SSH_CERT_TYPE_HOST = 2 };

/* Sets *plain to the type of the certified key. */
static bool is_certificate_type(struct byte_view type, struct byte_view *plain)
{
	size_t suffix_len = strlen(CERTIFICATE_SUFFIX);

	if (type.len <= suffix_len ||
	    memcmp(type.ptr + type.len - suffix_len, CERTIFICATE_SUFFIX, suffix_len) != 0)
		return false;
	*plain = (struct byte_view){type.ptr, type.len - suffix_len};
	return true;
}

/* fields: what stands in the key blob of the certified key, behind its type. */
static int fingerprint_of_certified(struct byte_view type, struct byte_view fields,
				    uint8_t fingerprint[FINGERPRINT_HASH_LEN])
{
	struct byte_buf blob;
	int err;

	byte_buf_init(&blob, 2 * sizeof(uint32_t) + type.len + fields.len);
	byte_buf_put_string(&blob, type);
	byte_buf_put_bytes(&blob, fields.ptr, fields.len);
	err = byte_buf_status(&blob);
	if (err == 0)
		fingerprint_hash(byte_buf_view(&blob), fingerprint);
	byte_buf_deinit(&blob);
	return err;
}

/* r: behind the certified key. The last field is a signature over all that stands before it. */
static int verify_authority(struct byte_view blob, struct reader *r)
{
	struct public_key authority;
	struct byte_view authority_blob;
	struct byte_view signed_part;
	struct byte_view signature;
	uint32_t type;
	int err;

	reader_u64(r); /* serial */
	type = reader_u32(r);
	reader_string(r); /* key id */
	reader_string(r); /* principals */
	reader_u64(r);	  /* valid after */
	reader_u64(r);	  /* valid before */
	reader_string(r); /* critical options */
	reader_string(r); /* extensions */
	reader_string(r); /* reserved */
	authority_blob = reader_string(r);
	signed_part = (struct byte_view){blob.ptr, blob.len - r->left};
	signature = reader_string(r);
	if (reader_finish(r) != 0 || type != SSH_CERT_TYPE_HOST)
		return -EBADMSG;
	err = public_key_parse(authority_blob, &authority);
	if (err != 0)
		return err;
	err = public_key_verify(&authority, signature, signed_part);
	public_key_deinit(&authority);
	return err;
}

static int certificate_read(struct byte_view blob, struct byte_view type, struct reader *r,
			    struct public_key *key, uint8_t fingerprint[FINGERPRINT_HASH_LEN])
{
	struct public_key certified = {0};
	struct byte_view fields;
	int err;

	reader_string(r); /* nonce */
	fields = (struct byte_view){r->ptr, r->left};
	err = public_key_read(r, type, &certified);
	if (err != 0)
		return err;
	fields.len -= r->left;
	err = verify_authority(blob, r);
	if (err == 0)
		err = fingerprint_of_certified(type, fields, fingerprint);
	if (err == 0)
		*key = certified;
	else
		public_key_deinit(&certified);
	return err;
}

static int host_key_read(struct byte_view blob, struct public_key *key,
			 uint8_t fingerprint[FINGERPRINT_HASH_LEN])
{
	struct reader r = reader_of(blob);
	struct byte_view type = reader_string(&r);
	struct byte_view plain;
	int err;

	if (r.has_failed)
		return -EBADMSG;
	if (is_certificate_type(type, &plain))
		return certificate_read(blob, plain, &r, key, fingerprint);
	err = public_key_parse(blob, key);
	if (err == 0)
		fingerprint_hash(blob, fingerprint);
	return err;
}

int host_signature_verify(struct byte_view host_key_blob, struct byte_view signature,
			  struct byte_view session_id, uint8_t fingerprint[FINGERPRINT_HASH_LEN])
{
	uint8_t found[FINGERPRINT_HASH_LEN];
	struct public_key key;
	int err = host_key_read(host_key_blob, &key, found);

	if (err != 0)
		return err;
	err = public_key_verify(&key, signature, session_id);
	if (err == 0)
		memcpy(fingerprint, found, sizeof(found));
	public_key_deinit(&key);
	return err;
}
