/*
 * gate.h - the policy that every request passes. Default deny.
 *
 * Let through: listing identities, signing logins, SSHSIG in the namespaces of the policy, and the
 * extensions "query" and "session-bind@openssh.com"; of these, what the policy's hosts, users and
 * keys allow. All that would change an agent, all else that could be signed, and all that is
 * unknown, is refused, whatever the source. One gate per agent connection, since
 * bindings live as long as that does.
 */
#ifndef AGENTD_GATE_H
#define AGENTD_GATE_H

#include "agentd/binding.h"
#include "agentd/rules.h"
#include "common/bytes.h"
#include "common/fingerprint.h"
#include "common/log.h"

enum gate_kind {
	GATE_LIST,   /* SSH_AGENTC_REQUEST_IDENTITIES */
	GATE_SIGN,   /* SSH_AGENTC_SIGN_REQUEST, for a login or for what we do not know */
	GATE_SSHSIG, /* SSH_AGENTC_SIGN_REQUEST, for a file or a message */
	GATE_QUERY,  /* the "query" extension */
	GATE_BIND,   /* the "session-bind@openssh.com" extension */
	GATE_OTHER,  /* never passes */
};

struct gate {
	const struct rules *rules;
	struct binding_list bindings; /* passed on; the upstream's state depends on them */
};

/* What a signature is for, as far as the request says or proves it: for log, audit and prompts. */
struct gate_login {
	char user[LOG_ESCAPED_MAX];		/* escaped; empty if the request is no login */
	char sshsig_namespace[LOG_ESCAPED_MAX]; /* escaped; empty if it is no SSHSIG */
	/* A verified binding says which host it is: the fingerprint is of that host's key. */
	bool has_host;
	uint8_t host_fingerprint[FINGERPRINT_HASH_LEN];
	/*
	 * The host as the policy names it ("github.com", "git.example.com:2222") that known_hosts
	 * says this key is of; NULL where no policy names hosts, or it is none of them. Lives as
	 * long as the daemon.
	 */
	const char *host;
};

enum { GATE_DETAIL_MAX = 512 };

struct gate_decision {
	enum gate_kind kind;
	bool passes;
	const char *reason;	      /* why not; one of some constants, fit to be counted by */
	char detail[GATE_DETAIL_MAX]; /* what of this request makes it so; escaped; may be empty */
	struct gate_login login;
};

/* rules, of the id asked for, outlive the gate; if they change, so does what passes. */
void gate_init(struct gate *gate, const struct rules *rules);

/* Judges one request, its type byte included, and keeps what later ones depend on. */
struct gate_decision gate_decide(struct gate *gate, struct byte_view request);

/* True for those whose reply is a signature: GATE_SIGN and GATE_SSHSIG. */
bool gate_kind_signs(enum gate_kind kind);

/* A word for the log: "list", "sign", ... */
const char *gate_kind_name(enum gate_kind kind);

#endif
