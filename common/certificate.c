#include "common/certificate.h"

#include <errno.h>
#include <string.h>

#include "common/wildcard.h"

/* All fields of plain keys are strings (an mpint is one, too). */
static const struct key_kind {
	const char *certificate;
	const char *plain;
	unsigned field_count;
} key_kinds[] = {
	{"ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519", 1},
	{"ssh-rsa-cert-v01@openssh.com", "ssh-rsa", 2},
	{"ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp256", 2},
	{"ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp384", 2},
	{"ecdsa-sha2-nistp521-cert-v01@openssh.com", "ecdsa-sha2-nistp521", 2},
	{"sk-ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com", 2},
	{"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", 3},
	{"ssh-dss-cert-v01@openssh.com", "ssh-dss", 4},
};

enum { KEY_KIND_COUNT = sizeof(key_kinds) / sizeof(key_kinds[0]) };

static const struct key_kind *find_kind(struct byte_view type, bool is_certificate)
{
	for (size_t i = 0; i < KEY_KIND_COUNT; i++) {
		const struct key_kind *kind = &key_kinds[i];

		if (view_equals_text(type, is_certificate ? kind->certificate : kind->plain))
			return kind;
	}
	return NULL;
}

static void skip_fields(struct reader *r, unsigned count)
{
	while (count-- > 0)
		reader_string(r);
}

int certificate_parse(struct byte_view blob, struct certificate *out)
{
	struct reader r = reader_of(blob);
	const struct key_kind *kind = find_kind(reader_string(&r), true);
	struct certificate parsed;
	const uint8_t *fields;

	if (kind == NULL)
		return -ENOENT;
	reader_string(&r); /* nonce */
	fields = r.ptr;
	skip_fields(&r, kind->field_count);
	parsed.key_type = view_of(kind->plain);
	parsed.key_fields = (struct byte_view){fields, (size_t)(r.ptr - fields)};
	reader_u64(&r); /* serial */
	parsed.type = reader_u32(&r);
	reader_string(&r); /* key id */
	parsed.principals = reader_string(&r);
	parsed.valid_after_s = reader_u64(&r);
	parsed.valid_before_s = reader_u64(&r);
	parsed.critical_options = reader_string(&r);
	reader_string(&r); /* extensions */
	reader_string(&r); /* reserved */
	parsed.authority_blob = reader_string(&r);
	parsed.signed_part = (struct byte_view){blob.ptr, blob.len - r.left};
	parsed.signature = reader_string(&r);
	if (reader_finish(&r) != 0)
		return -EBADMSG;
	*out = parsed;
	return 0;
}

void certificate_put_key(const struct certificate *certificate, struct byte_buf *out)
{
	byte_buf_put_string(out, certificate->key_type);
	byte_buf_put_bytes(out, certificate->key_fields.ptr, certificate->key_fields.len);
}

/* Empty and malformed lists have no name in them. */
static bool has_principal(struct byte_view principals, const char *name)
{
	struct reader r = reader_of(principals);

	while (r.left > 0 && !r.has_failed) {
		struct byte_view pattern = reader_string(&r);

		if (!r.has_failed && wildcard_match(pattern, view_of(name)))
			return true;
	}
	return false;
}

const char *certificate_host_fault(const struct certificate *certificate, const char *name,
				   uint64_t now_s)
{
	if (certificate->type != CERTIFICATE_OF_HOST)
		return "the host's certificate is one for users";
	if (now_s < certificate->valid_after_s)
		return "the host's certificate is not valid yet";
	if (now_s >= certificate->valid_before_s)
		return "the host's certificate has expired";
	if (!has_principal(certificate->principals, name))
		return "the host's certificate is for another name";
	if (certificate->critical_options.len > 0)
		return "the host's certificate has critical options";
	return NULL;
}

void certificate_fingerprint(struct byte_view blob, uint8_t hash[FINGERPRINT_HASH_LEN])
{
	struct certificate certificate;
	struct byte_buf plain;

	byte_buf_init(&plain, blob.len);
	if (certificate_parse(blob, &certificate) == 0)
		certificate_put_key(&certificate, &plain);
	else
		byte_buf_put_bytes(&plain, blob.ptr, blob.len);
	/* Out of memory it is the fingerprint of nothing, which no key has. */
	if (byte_buf_status(&plain) != 0)
		byte_buf_clear(&plain);
	fingerprint_hash(byte_buf_view(&plain), hash);
	byte_buf_deinit(&plain);
}

bool certificate_key_is_whole(struct byte_view blob)
{
	struct reader r = reader_of(blob);
	struct byte_view type = reader_string(&r);
	const struct key_kind *kind = find_kind(type, false);

	if (kind == NULL)
		return type.len > 0;
	skip_fields(&r, kind->field_count);
	return reader_finish(&r) == 0;
}
