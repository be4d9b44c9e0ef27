/*
 * binding.h - the SSH sessions that an agent connection was bound to.
 *
 * A client says by session-bind@openssh.com (PROTOCOL.agent of OpenSSH, section 1) to which host,
 * by its key, and to which session the signatures on this connection will be; the host's signature
 * proves it. Where an agent is forwarded, each hop adds a binding. The rules are those of OpenSSH's
 * agent, and a binding is only known here once it was verified.
 */
#ifndef AGENTD_BINDING_H
#define AGENTD_BINDING_H

#include "agentd/userauth.h"
#include "common/bytes.h"
#include "common/fingerprint.h"

enum {
	BINDINGS_MAX = 16,	   /* OpenSSH's AGENT_MAX_SESSION_IDS */
	BINDING_ATTEMPTS_MAX = 32, /* verifying takes time, also of what is known already */
};

/* A session-bind request; views into it. */
struct session_bind {
	struct byte_view host_key_blob;
	struct byte_view session_id;
	struct byte_view signature;
	bool is_forwarding;
};

/* request: the whole message, its type byte included. 0; -ENOENT: another extension; -EBADMSG. */
int session_bind_parse(struct byte_view request, struct session_bind *out);

struct trusted_host;

/* Digests, since nothing but equality is asked of a stranger's blobs afterwards. */
struct binding {
	uint8_t session_id[FINGERPRINT_HASH_LEN];
	uint8_t host_key_blob[FINGERPRINT_HASH_LEN];
	uint8_t fingerprint[FINGERPRINT_HASH_LEN]; /* of the host key; for people */
	bool is_forwarding;
	/* By the policy's hosts, when it was bound: which of them it is, or why it is none. */
	const struct trusted_host *host;
	const char *host_fault;
};

struct binding_list {
	struct binding list[BINDINGS_MAX];
	unsigned count;
	unsigned attempts;
	/* A binding was false or came out of order: no login is signed on this connection. */
	bool is_spoiled;
};

/*
 * Verifies a binding and keeps it; one that is kept already is as good. NULL, or why not; a
 * constant. What is refused spoils the list, unless it is only that the host's key is of a kind we
 * cannot verify: the connection then counts as not bound to that session.
 */
const char *binding_list_add(struct binding_list *bindings, const struct session_bind *bind);

/* A session-bind request that could not even be parsed. */
void binding_list_spoil(struct binding_list *bindings);

/*
 * Whether this login may be signed here. NULL and *host, the verified binding it belongs to, or
 * NULL if the connection is not bound for a login; or why not, a constant. A connection that has
 * only bindings for forwarding may come from a client behind the hop that knows none (OpenSSH
 * before 8.9), and counts as unbound.
 */
const char *binding_list_check(const struct binding_list *bindings, const struct userauth *auth,
			       const struct binding **host);

#endif
