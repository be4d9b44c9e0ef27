#include "agentd/host_signature.h"

#include <errno.h>

#include "agentd/public_key.h"
#include "common/certificate.h"

static int verify_authority(const struct certificate *certificate)
{
	struct public_key authority;
	int err = public_key_parse(certificate->authority_blob, &authority);

	if (err != 0)
		return err;
	err = public_key_verify(&authority, certificate->signature, certificate->signed_part);
	public_key_deinit(&authority);
	return err;
}

static int certificate_read(const struct certificate *certificate, struct public_key *key)
{
	struct reader fields = reader_of(certificate->key_fields);
	struct public_key certified = {0};
	int err;

	if (certificate->type != CERTIFICATE_OF_HOST)
		return -EBADMSG;
	err = public_key_read(&fields, certificate->key_type, &certified);
	if (err != 0)
		return err;
	err = reader_finish(&fields);
	if (err == 0)
		err = verify_authority(certificate);
	if (err == 0)
		*key = certified;
	else
		public_key_deinit(&certified);
	return err;
}

static int host_key_read(struct byte_view blob, struct public_key *key)
{
	struct certificate certificate;
	int err = certificate_parse(blob, &certificate);

	if (err == 0)
		return certificate_read(&certificate, key);
	return err == -ENOENT ? public_key_parse(blob, key) : err;
}

int host_signature_verify(struct byte_view host_key_blob, struct byte_view signature,
			  struct byte_view session_id, uint8_t fingerprint[FINGERPRINT_HASH_LEN])
{
	struct public_key key;
	int err = host_key_read(host_key_blob, &key);

	if (err != 0)
		return err;
	err = public_key_verify(&key, signature, session_id);
	if (err == 0)
		certificate_fingerprint(host_key_blob, fingerprint);
	public_key_deinit(&key);
	return err;
}
