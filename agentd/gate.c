#include "agentd/gate.h"

#include <errno.h>
#include <string.h>

#include "agentd/sshsig.h"
#include "agentd/userauth.h"
#include "common/agent_msg.h"

static struct gate_decision pass(enum gate_kind kind)
{
	return (struct gate_decision){.kind = kind, .passes = true};
}

static struct gate_decision refuse(enum gate_kind kind, const char *reason)
{
	return (struct gate_decision){.kind = kind, .reason = reason};
}

void gate_init(struct gate *gate, const struct policy *policy)
{
	*gate = (struct gate){.policy = policy};
}

static struct gate_decision decide_bind(struct gate *gate, struct byte_view request)
{
	struct session_bind bind;
	const char *fault;

	if (session_bind_parse(request, &bind) != 0) {
		binding_list_spoil(&gate->bindings);
		return refuse(GATE_BIND, "malformed session binding");
	}
	fault = binding_list_add(&gate->bindings, &bind);
	return fault == NULL ? pass(GATE_BIND) : refuse(GATE_BIND, fault);
}

static struct gate_decision decide_extension(struct gate *gate, struct byte_view request)
{
	struct byte_view name;

	if (agent_parse_extension_name(request, &name) != 0)
		return refuse(GATE_OTHER, "malformed extension request");
	if (view_equals_text(name, AGENT_EXT_QUERY))
		return pass(GATE_QUERY);
	if (view_equals_text(name, AGENT_EXT_SESSION_BIND))
		return decide_bind(gate, request);
	return refuse(GATE_OTHER, "extension not allowed");
}

static struct gate_decision decide_login(const struct gate *gate, const struct sign_request *sign,
					 const struct userauth *auth)
{
	struct gate_decision decision = {.kind = GATE_SIGN};
	const struct binding *host = NULL;

	decision.reason = userauth_mismatch(auth, sign);
	if (decision.reason == NULL)
		decision.reason = binding_list_check(&gate->bindings, auth, &host);
	decision.passes = decision.reason == NULL;
	log_escape(auth->user, decision.login.user);
	if (host != NULL) {
		decision.login.has_host = true;
		memcpy(decision.login.host_fingerprint, host->fingerprint,
		       sizeof(host->fingerprint));
	}
	return decision;
}

static struct gate_decision decide_sshsig(const struct sshsig *sig)
{
	struct gate_decision decision = {
		.kind = GATE_SSHSIG,
		.reason = "a signature over a file or a commit (SSHSIG): for now only logins are "
			  "signed",
	};

	log_escape(sig->namespace, decision.login.sshsig_namespace);
	return decision;
}

static struct gate_decision decide_sign(const struct gate *gate, struct byte_view request)
{
	struct sign_request sign;
	struct userauth auth;
	struct sshsig sig;

	if (agent_parse_sign_request(request, &sign) != 0)
		return refuse(GATE_SIGN, "malformed sign request");
	if (userauth_parse(sign.data, &auth) == 0)
		return decide_login(gate, &sign, &auth);
	if (sshsig_parse(sign.data, &sig) == 0)
		return decide_sshsig(&sig);
	return refuse(GATE_SIGN, "what is to be signed is no login");
}

struct gate_decision gate_decide(struct gate *gate, struct byte_view request)
{
	switch (request.len > 0 ? request.ptr[0] : 0) {
	case SSH_AGENTC_REQUEST_IDENTITIES:
		if (request.len != 1)
			return refuse(GATE_LIST, "malformed list request");
		return pass(GATE_LIST);
	case SSH_AGENTC_SIGN_REQUEST:
		return decide_sign(gate, request);
	case SSH_AGENTC_EXTENSION:
		return decide_extension(gate, request);
	case SSH_AGENTC_ADD_IDENTITY:
	case SSH_AGENTC_REMOVE_IDENTITY:
	case SSH_AGENTC_REMOVE_ALL_IDENTITIES:
	case SSH_AGENTC_ADD_SMARTCARD_KEY:
	case SSH_AGENTC_REMOVE_SMARTCARD_KEY:
	case SSH_AGENTC_LOCK:
	case SSH_AGENTC_UNLOCK:
	case SSH_AGENTC_ADD_ID_CONSTRAINED:
	case SSH_AGENTC_ADD_SMARTCARD_KEY_CONSTRAINED:
		return refuse(GATE_OTHER, "a build may not change the agent");
	default:
		return refuse(GATE_OTHER, "unknown request");
	}
}

bool gate_kind_signs(enum gate_kind kind)
{
	return kind == GATE_SIGN || kind == GATE_SSHSIG;
}

const char *gate_kind_name(enum gate_kind kind)
{
	static const char *const names[] = {
		[GATE_LIST] = "list",	[GATE_SIGN] = "sign",	      [GATE_SSHSIG] = "sshsig",
		[GATE_QUERY] = "query", [GATE_BIND] = "session-bind", [GATE_OTHER] = "other",
	};

	return names[kind];
}
