/*
 * gate.h - the policy that every request passes. Default deny.
 *
 * Let through: listing identities, signing, and the extensions "query" and
 * "session-bind@openssh.com". All that would change an agent, and all that is unknown, is refused,
 * whatever the source. One gate per agent connection, since bindings live as long as that does.
 */
#ifndef AGENTD_GATE_H
#define AGENTD_GATE_H

#include "common/bytes.h"

enum gate_kind {
	GATE_LIST,  /* SSH_AGENTC_REQUEST_IDENTITIES */
	GATE_SIGN,  /* SSH_AGENTC_SIGN_REQUEST */
	GATE_QUERY, /* the "query" extension */
	GATE_BIND,  /* the "session-bind@openssh.com" extension */
	GATE_OTHER, /* never passes */
};

struct gate {
	unsigned bindings; /* session-binds passed on; the upstream's state depends on them */
};

struct gate_decision {
	enum gate_kind kind;
	bool passes;
	const char *reason; /* why not; a constant, for the log */
};

void gate_init(struct gate *gate);

/* Judges one request, its type byte included, and keeps what later ones depend on. */
struct gate_decision gate_decide(struct gate *gate, struct byte_view request);

/* A word for the log: "list", "sign", ... */
const char *gate_kind_name(enum gate_kind kind);

#endif
