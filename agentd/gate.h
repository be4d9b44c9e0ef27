/*
 * gate.h - the policy that every request passes. Default deny.
 *
 * Let through: listing identities, signing logins, and the extensions "query" and
 * "session-bind@openssh.com". All that would change an agent, all else that could be signed, and
 * all that is unknown, is refused, whatever the source. One gate per agent connection, since
 * bindings live as long as that does.
 */
#ifndef AGENTD_GATE_H
#define AGENTD_GATE_H

#include "agentd/binding.h"
#include "agentd/policy.h"
#include "common/bytes.h"
#include "common/fingerprint.h"
#include "common/log.h"

enum gate_kind {
	GATE_LIST,   /* SSH_AGENTC_REQUEST_IDENTITIES */
	GATE_SIGN,   /* SSH_AGENTC_SIGN_REQUEST, for a login or for what we do not know */
	GATE_SSHSIG, /* SSH_AGENTC_SIGN_REQUEST, for a file or a message; never passes yet */
	GATE_QUERY,  /* the "query" extension */
	GATE_BIND,   /* the "session-bind@openssh.com" extension */
	GATE_OTHER,  /* never passes */
};

struct gate {
	const struct policy *policy;
	struct binding_list bindings; /* passed on; the upstream's state depends on them */
};

/* Whom a signature logs in, and where: for the log. Nothing in it is borrowed. */
struct gate_login {
	char user[LOG_ESCAPED_MAX]; /* escaped; empty if the request is no login */
	bool has_host;		    /* a verified binding says which host it is */
	uint8_t host_fingerprint[FINGERPRINT_HASH_LEN];
};

struct gate_decision {
	enum gate_kind kind;
	bool passes;
	const char *reason; /* why not; a constant, for the log */
	struct gate_login login;
};

/* policy, of the id asked for, outlives the gate. */
void gate_init(struct gate *gate, const struct policy *policy);

/* Judges one request, its type byte included, and keeps what later ones depend on. */
struct gate_decision gate_decide(struct gate *gate, struct byte_view request);

/* A word for the log: "list", "sign", ... */
const char *gate_kind_name(enum gate_kind kind);

#endif
