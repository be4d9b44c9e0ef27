#include "agentd/gate.h"

#include "common/agent_msg.h"

/* OpenSSH's agent keeps no more per connection (AGENT_MAX_SESSION_IDS). */
enum { GATE_BINDINGS_MAX = 16 };

static struct gate_decision pass(enum gate_kind kind)
{
	return (struct gate_decision){.kind = kind, .passes = true};
}

static struct gate_decision refuse(enum gate_kind kind, const char *reason)
{
	return (struct gate_decision){.kind = kind, .reason = reason};
}

void gate_init(struct gate *gate)
{
	*gate = (struct gate){0};
}

static struct gate_decision decide_extension(struct gate *gate, struct byte_view request)
{
	struct byte_view name;

	if (agent_parse_extension_name(request, &name) != 0)
		return refuse(GATE_OTHER, "malformed extension request");
	if (view_equals_text(name, AGENT_EXT_QUERY))
		return pass(GATE_QUERY);
	if (!view_equals_text(name, AGENT_EXT_SESSION_BIND))
		return refuse(GATE_OTHER, "extension not allowed");
	if (gate->bindings >= GATE_BINDINGS_MAX)
		return refuse(GATE_BIND, "too many session bindings on one connection");
	gate->bindings++;
	return pass(GATE_BIND);
}

struct gate_decision gate_decide(struct gate *gate, struct byte_view request)
{
	struct sign_request sign;

	switch (request.len > 0 ? request.ptr[0] : 0) {
	case SSH_AGENTC_REQUEST_IDENTITIES:
		if (request.len != 1)
			return refuse(GATE_LIST, "malformed list request");
		return pass(GATE_LIST);
	case SSH_AGENTC_SIGN_REQUEST:
		if (agent_parse_sign_request(request, &sign) != 0)
			return refuse(GATE_SIGN, "malformed sign request");
		return pass(GATE_SIGN);
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

const char *gate_kind_name(enum gate_kind kind)
{
	static const char *const names[] = {
		[GATE_LIST] = "list",	      [GATE_SIGN] = "sign",   [GATE_QUERY] = "query",
		[GATE_BIND] = "session-bind", [GATE_OTHER] = "other",
	};

	return names[kind];
}
