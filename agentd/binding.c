#include "agentd/binding.h"

#include <errno.h>
#include <string.h>

#include "agentd/host_signature.h"

int session_bind_parse(struct byte_view request, struct session_bind *out)
{
	struct reader r = reader_of(request);
	struct session_bind bind;
	struct byte_view name;

	if (reader_u8(&r) != SSH_AGENTC_EXTENSION)
		return -EBADMSG;
	name = reader_string(&r);
	if (r.has_failed)
		return -EBADMSG;
	if (!view_equals_text(name, AGENT_EXT_SESSION_BIND))
		return -ENOENT;
	bind.host_key_blob = reader_string(&r);
	bind.session_id = reader_string(&r);
	bind.signature = reader_string(&r);
	bind.is_forwarding = reader_u8(&r) != 0;
	if (reader_finish(&r) != 0 || bind.session_id.len == 0 ||
	    bind.session_id.len > SESSION_ID_LEN_MAX)
		return -EBADMSG;
	*out = bind;
	return 0;
}

static bool digest_equal(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, FINGERPRINT_HASH_LEN) == 0;
}

/* OpenSSH's rules for a binding whose signature is good. *is_known: it is kept already. */
static const char *check_order(const struct binding_list *bindings, const struct binding *binding,
			       bool *is_known)
{
	*is_known = false;
	for (unsigned i = 0; i < bindings->count; i++) {
		const struct binding *kept = &bindings->list[i];

		if (!kept->is_forwarding)
			return "a session binding after one for a login";
		if (!digest_equal(kept->session_id, binding->session_id))
			continue;
		if (!digest_equal(kept->host_key_blob, binding->host_key_blob))
			return "one session bound to two host keys";
		*is_known = true;
		return NULL;
	}
	return bindings->count < BINDINGS_MAX ? NULL
					      : "too many session bindings on one connection";
}

static const char *verify_fault(int err)
{
	switch (err) {
	case 0:
		return NULL;
	case -EKEYREJECTED:
		return "a session binding with a false signature of the host";
	case -ENOTSUP:
		return "a session binding by a kind of host key or signature that is not verified";
	case -ENOMEM:
		return "out of memory";
	default:
		return "a session binding with a malformed host key or signature";
	}
}

void binding_list_spoil(struct binding_list *bindings)
{
	bindings->is_spoiled = true;
}

const char *binding_list_add(struct binding_list *bindings, const struct session_bind *bind)
{
	struct binding binding = {.is_forwarding = bind->is_forwarding};
	const char *fault;
	bool is_known;
	int err;

	if (bindings->is_spoiled)
		return "a session binding after one that was refused";
	if (bindings->attempts >= BINDING_ATTEMPTS_MAX) {
		bindings->is_spoiled = true;
		return "too many session bindings on one connection";
	}
	bindings->attempts++;
	err = host_signature_verify(bind->host_key_blob, bind->signature, bind->session_id,
				    binding.fingerprint);
	if (err == -ENOTSUP)
		return verify_fault(err);
	fingerprint_hash(bind->session_id, binding.session_id);
	fingerprint_hash(bind->host_key_blob, binding.host_key_blob);
	fault = err != 0 ? verify_fault(err) : check_order(bindings, &binding, &is_known);
	if (fault != NULL)
		bindings->is_spoiled = true;
	else if (!is_known)
		bindings->list[bindings->count++] = binding;
	return fault;
}

static bool is_bound_for_forwarding(const struct binding_list *bindings, const uint8_t *session_id)
{
	for (unsigned i = 0; i < bindings->count; i++) {
		if (bindings->list[i].is_forwarding &&
		    digest_equal(bindings->list[i].session_id, session_id))
			return true;
	}
	return false;
}

const char *binding_list_check(const struct binding_list *bindings, const struct userauth *auth,
			       const struct binding **host)
{
	const struct binding *last;
	uint8_t digest[FINGERPRINT_HASH_LEN];

	*host = NULL;
	if (bindings->is_spoiled)
		return "a login on a connection with a session binding that was refused";
	if (bindings->count == 0)
		return NULL;
	last = &bindings->list[bindings->count - 1];
	fingerprint_hash(auth->session_id, digest);
	if (is_bound_for_forwarding(bindings, digest))
		return "a login in a session that was bound for forwarding";
	if (last->is_forwarding)
		return NULL;
	if (!digest_equal(last->session_id, digest))
		return "a login in another session than the one bound";
	if (auth->host_key_blob.len > 0) {
		fingerprint_hash(auth->host_key_blob, digest);
		if (!digest_equal(last->host_key_blob, digest))
			return "a login to another host key than the one bound";
	}
	*host = last;
	return NULL;
}
