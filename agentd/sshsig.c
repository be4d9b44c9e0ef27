#include "agentd/sshsig.h"

#include <errno.h>
#include <string.h>

#include "common/key_blob.h"

/* PROTOCOL.sshsig section 3. */
static const char sshsig_magic[] = "SSHSIG";

enum { SHA256_LEN = 32, SHA512_LEN = 64 };

static size_t hash_len(struct byte_view algorithm)
{
	if (view_equals_text(algorithm, "sha256"))
		return SHA256_LEN;
	return view_equals_text(algorithm, "sha512") ? SHA512_LEN : 0;
}

int sshsig_parse(struct byte_view data, struct sshsig *out)
{
	struct reader r = reader_of(data);
	struct byte_view magic = reader_bytes(&r, strlen(sshsig_magic));
	struct sshsig sig;

	sig.namespace = reader_string(&r);
	reader_string(&r); /* reserved: to be ignored */
	sig.hash_algorithm = reader_string(&r);
	sig.hash = reader_string(&r);
	if (reader_finish(&r) != 0 || !view_equals_text(magic, sshsig_magic))
		return -EBADMSG;
	if (sig.namespace.len == 0 || memchr(sig.namespace.ptr, '\0', sig.namespace.len) != NULL ||
	    sig.hash.len == 0 || sig.hash.len != hash_len(sig.hash_algorithm))
		return -EBADMSG;
	*out = sig;
	return 0;
}

const char *sshsig_mismatch(const struct sign_request *request)
{
	struct byte_view type = key_blob_type(request->key_blob);

	if (type.len == 0)
		return "a signature by a malformed key";
	if (view_equals_text(type, "ssh-rsa") ||
	    view_equals_text(type, "ssh-rsa-cert-v01@openssh.com")) {
		if (request->flags == 0)
			return "RSA signatures with SHA-1 (ssh-rsa) are not made";
		/* PROTOCOL.sshsig section 3: one of the two. */
		return request->flags == SSH_AGENT_RSA_SHA2_256 ||
				       request->flags == SSH_AGENT_RSA_SHA2_512
			       ? NULL
			       : "unknown flags in a sign request";
	}
	if ((request->flags & ~(uint32_t)(SSH_AGENT_RSA_SHA2_256 | SSH_AGENT_RSA_SHA2_512)) != 0)
		return "unknown flags in a sign request";
	return NULL;
}
