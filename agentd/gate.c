#include "agentd/gate.h"

#include <errno.h>
#include <stdio.h>
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

void gate_init(struct gate *gate, const struct rules *rules)
{
	*gate = (struct gate){.rules = rules};
}

static struct gate_decision decide_bind(struct gate *gate, struct byte_view request)
{
	struct session_bind bind;
	const char *fault;
	unsigned count;

	if (session_bind_parse(request, &bind) != 0) {
		binding_list_spoil(&gate->bindings);
		return refuse(GATE_BIND, "malformed session binding");
	}
	count = gate->bindings.count;
	fault = binding_list_add(&gate->bindings, &bind);
	if (fault != NULL)
		return refuse(GATE_BIND, fault);
	if (gate->bindings.count > count && rules_name_hosts(gate->rules)) {
		struct binding *binding = &gate->bindings.list[count];

		binding->host =
			rules_find_host(gate->rules, bind.host_key_blob, &binding->host_fault);
	}
	return pass(GATE_BIND);
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

/* What a refusal depends on, and what the policy would have: for whoever has to mend it. */
static void tell_words(char detail[GATE_DETAIL_MAX], const char *what,
		       const struct word_list *allowed)
{
	struct byte_buf text;

	byte_buf_init(&text, GATE_DETAIL_MAX - 1);
	byte_buf_printf(&text, "%s; allowed:", what);
	for (size_t i = 0; i < allowed->count; i++)
		byte_buf_printf(&text, "%s %s", i > 0 ? "," : "", allowed->list[i]);
	if (text.len > 0)
		memcpy(detail, text.data, text.len); /* the words that had room */
	detail[text.len] = '\0';
	byte_buf_deinit(&text);
}

static void tell_host(char detail[GATE_DETAIL_MAX], const struct rules *rules,
		      const struct binding *binding)
{
	char fingerprint[FINGERPRINT_TEXT_MAX];
	char what[GATE_DETAIL_MAX / 2];

	fingerprint_text(binding->fingerprint, fingerprint);
	snprintf(what, sizeof(what), "host key %s, %s", fingerprint,
		 binding->host_fault != NULL ? binding->host_fault
					     : "bound before the policy was read again");
	tell_words(detail, what, &rules->policy->hosts);
}

/* bound: the binding for this login; NULL if there is none. NULL if it may go there, else why not. */
static const char *check_host(const struct gate *gate, const struct binding *bound,
			      char detail[GATE_DETAIL_MAX])
{
	const struct binding_list *bindings = &gate->bindings;

	if (!rules_name_hosts(gate->rules))
		return NULL;
	if (bound == NULL) {
		tell_words(detail,
			   bindings->count > 0
				   ? "the sessions bound are for forwarding only"
				   : "ssh is older than 8.9, or another program; or the "
				     "host's key is of a kind that is not verified",
			   &gate->rules->policy->hosts);
		return "the client does not prove which host it logs in to, by a session binding";
	}
	/* As with ssh-add -h: all that a forwarded agent came through has to be named, too. */
	for (unsigned i = 0; i < bindings->count; i++) {
		if (rules_allow_host(gate->rules, bindings->list[i].host))
			continue;
		tell_host(detail, gate->rules, &bindings->list[i]);
		return &bindings->list[i] == bound
			       ? "a login to a host that is none of the id's"
			       : "a login through a forwarding host that is none of the id's";
	}
	return NULL;
}

static const char *check_user(const struct gate *gate, const struct gate_login *login,
			      struct byte_view user, char detail[GATE_DETAIL_MAX])
{
	char what[LOG_ESCAPED_MAX + sizeof("user \"\"")];

	if (rules_allow_user(gate->rules, user))
		return NULL;
	snprintf(what, sizeof(what), "user \"%s\"", login->user);
	tell_words(detail, what, &gate->rules->policy->users);
	return "a login as a user who is none of the id's";
}

static const char *check_key(const struct gate *gate, struct byte_view key_blob)
{
	return rules_allow_key(gate->rules, key_blob)
		       ? NULL
		       : "a key that is none of the id's (only-keys)";
}

static struct gate_decision decide_login(const struct gate *gate, const struct sign_request *sign,
					 const struct userauth *auth)
{
	struct gate_decision decision = {.kind = GATE_SIGN};
	const struct binding *bound = NULL;

	log_escape(auth->user, decision.login.user);
	decision.reason = userauth_mismatch(auth, sign);
	if (decision.reason == NULL)
		decision.reason = binding_list_check(&gate->bindings, auth, &bound);
	if (bound != NULL) {
		decision.login.has_host = true;
		memcpy(decision.login.host_fingerprint, bound->fingerprint,
		       sizeof(bound->fingerprint));
		if (rules_allow_host(gate->rules, bound->host))
			decision.login.host = trusted_host_text(bound->host);
	}
	if (decision.reason == NULL)
		decision.reason = check_key(gate, sign->key_blob);
	if (decision.reason == NULL)
		decision.reason = check_host(gate, bound, decision.detail);
	if (decision.reason == NULL)
		decision.reason = check_user(gate, &decision.login, auth->user, decision.detail);
	decision.passes = decision.reason == NULL;
	return decision;
}

static struct gate_decision decide_sshsig(const struct gate *gate, const struct sign_request *sign,
					  const struct sshsig *sig)
{
	struct gate_decision decision = {.kind = GATE_SSHSIG};
	char *namespace = decision.login.sshsig_namespace;

	log_escape(sig->namespace, namespace);
	if (!rules_allow_sshsig(gate->rules, sig->namespace)) {
		decision.reason =
			"a signature over a file or a commit (SSHSIG) in a namespace that "
			"is none of the id's (allow-sshsig)";
		snprintf(decision.detail, sizeof(decision.detail), "namespace \"%s\"", namespace);
	}
	if (decision.reason == NULL)
		decision.reason = sshsig_mismatch(sign);
	if (decision.reason == NULL)
		decision.reason = check_key(gate, sign->key_blob);
	decision.passes = decision.reason == NULL;
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
		return decide_sshsig(gate, &sign, &sig);
	return refuse(GATE_SIGN, "what is to be signed is no login");
}

struct gate_decision gate_decide(struct gate *gate, struct byte_view request)
{
	if (!rules_are_ready(gate->rules))
		return refuse(GATE_OTHER, "the policy of the id is not ready");
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
