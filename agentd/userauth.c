#include "agentd/userauth.h"

#include <errno.h>
#include <string.h>

#include "agentd/keeper/public_line.h"
#include "common/key_blob.h"

enum { SSH_MSG_USERAUTH_REQUEST = 50 }; /* RFC 4252 section 6 */

/* Algorithms that do not have the name of the key's type: RFC 8332, PROTOCOL.certkeys. */
static const struct rsa_algorithm {
	const char *name;
	const char *key_type;
	uint32_t flags;
} rsa_algorithms[] = {
	{"rsa-sha2-256", "ssh-rsa", SSH_AGENT_RSA_SHA2_256},
	{"rsa-sha2-512", "ssh-rsa", SSH_AGENT_RSA_SHA2_512},
	{"rsa-sha2-256-cert-v01@openssh.com", "ssh-rsa-cert-v01@openssh.com",
	 SSH_AGENT_RSA_SHA2_256},
	{"rsa-sha2-512-cert-v01@openssh.com", "ssh-rsa-cert-v01@openssh.com",
	 SSH_AGENT_RSA_SHA2_512},
};

static bool is_empty(struct byte_view view)
{
	return view.len == 0;
}

int userauth_parse(struct byte_view data, struct userauth *out)
{
	struct reader r = reader_of(data);
	struct userauth auth = {0};
	struct byte_view service;
	struct byte_view method;
	bool is_hostbound;
	uint8_t type;
	uint8_t has_signature;

	auth.session_id = reader_string(&r);
	type = reader_u8(&r);
	auth.user = reader_string(&r);
	service = reader_string(&r);
	method = reader_string(&r);
	has_signature = reader_u8(&r);
	auth.algorithm = reader_string(&r);
	auth.key_blob = reader_string(&r);
	is_hostbound = view_equals_text(method, "publickey-hostbound-v00@openssh.com");
	if (is_hostbound)
		auth.host_key_blob = reader_string(&r);

	if (reader_finish(&r) != 0 || type != SSH_MSG_USERAUTH_REQUEST || has_signature != 1)
		return -EBADMSG;
	if (!view_equals_text(service, "ssh-connection") ||
	    (!is_hostbound && !view_equals_text(method, "publickey")))
		return -EBADMSG;
	if (is_empty(auth.session_id) || auth.session_id.len > SESSION_ID_LEN_MAX ||
	    is_empty(auth.key_blob) || (is_hostbound && is_empty(auth.host_key_blob)))
		return -EBADMSG;
	/* Two readers of one name might see two names. */
	if (!is_empty(auth.user) && memchr(auth.user.ptr, '\0', auth.user.len) != NULL)
		return -EBADMSG;
	*out = auth;
	return 0;
}

static bool is_rsa_type(struct byte_view type)
{
	return view_equals_text(type, "ssh-rsa") ||
	       view_equals_text(type, "ssh-rsa-cert-v01@openssh.com");
}

static const char *rsa_mismatch(struct byte_view algorithm, struct byte_view type, uint32_t flags)
{
	if (flags == 0)
		return "RSA signatures with SHA-1 (ssh-rsa) are not made";
	for (size_t i = 0; i < sizeof(rsa_algorithms) / sizeof(rsa_algorithms[0]); i++) {
		if (view_equals_text(algorithm, rsa_algorithms[i].name) &&
		    view_equals_text(type, rsa_algorithms[i].key_type) &&
		    flags == rsa_algorithms[i].flags)
			return NULL;
	}
	return "the login's algorithm is not the one asked for";
}

const char *userauth_mismatch(const struct userauth *auth, const struct sign_request *request)
{
	struct byte_view type = key_blob_type(auth->key_blob);

	if (!view_equal(auth->key_blob, request->key_blob) &&
	    !public_blob_is_certified(request->key_blob, auth->key_blob))
		return "the login is with another key than the one asked for";
	if (is_rsa_type(type))
		return rsa_mismatch(auth->algorithm, type, request->flags);
	/* Flags are for RSA keys; agents pay them no heed with others (RFC 9987 section 3.6.1). */
	if (is_empty(type) || !view_equal(auth->algorithm, type))
		return "the login's algorithm is not one of its key";
	if ((request->flags & ~(uint32_t)(SSH_AGENT_RSA_SHA2_256 | SSH_AGENT_RSA_SHA2_512)) != 0)
		return "unknown flags in a sign request";
	return NULL;
}
