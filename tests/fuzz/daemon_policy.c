#include "tests/fuzz/daemon_policy.h"

#include "agentd/sshsig.h"
#include "agentd/userauth.h"
#include "common/agent_msg.h"
#include "tests/fuzz/fuzz.h"

enum { ANY_LOGIN = MAY_GIT | MAY_ROOT | MAY_OTHERS | MAY_ANYWHERE | IS_OFFERED };

const char *const daemon_ids[IDS] = {"one", "two", "three", "four"};

/* What stands in the section of an id, NULL: it has none; and what follows from that. */
static const struct {
	const char *lines;
	unsigned allowed;
} sections[CONFIGURATIONS][IDS] = {
	{
		{"", ANY_LOGIN},
		{"user = git\nallow-sshsig = git\nrepo = git.example.com/org\n"
		 "max-signatures = 4\n",
		 MAY_GIT | MAY_FILES | MAY_ANYWHERE | IS_OFFERED},
		{"confirm = yes\nallow-sshsig = git\n", ANY_LOGIN | MAY_FILES},
		{"host = git.example.com\n", ANY_LOGIN & ~MAY_ANYWHERE},
	},
	{
		{"user = root\n", MAY_ROOT | MAY_ANYWHERE | IS_OFFERED},
		{NULL, 0},
		{"confirm = yes\nuser = git\n", MAY_GIT | MAY_ANYWHERE | IS_OFFERED},
		{"host = git.example.com\nuser = git\n", MAY_GIT | IS_OFFERED},
	},
	{
		{"allow-sshsig = git, x\n", ANY_LOGIN | MAY_FILES},
		{"user = root\nmax-signatures = 4\n", MAY_ROOT | MAY_ANYWHERE | IS_OFFERED},
		{"confirm = yes\n", ANY_LOGIN},
		{"user = git\n", MAY_GIT | MAY_ANYWHERE | IS_OFFERED},
	},
	{
		{NULL, 0},
		{"max-signatures = 4\nlifetime = 1h\n", ANY_LOGIN},
		{NULL, 0},
		{"host = other.example.com\n", IS_OFFERED},
	},
	{
		/* None of these keys is the sample's. */
		{"only-keys = SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", IS_OFFERED},
		{"user = git\nmax-signatures = 4\n", MAY_GIT | MAY_ANYWHERE | IS_OFFERED},
		{"confirm = yes\nhost = git.example.com\n", ANY_LOGIN & ~MAY_ANYWHERE},
		{"host = git.example.com:22, other.example.com\nuser = root, git\n",
		 MAY_GIT | MAY_ROOT | IS_OFFERED},
	},
};

/* Where a policy names hosts, and none is known, nobody logs in. */
static unsigned allowed_now(const struct daemon_policy *policy, unsigned id)
{
	unsigned allowed = sections[policy->configuration][id].allowed;

	return (allowed & MAY_ANYWHERE) != 0 || policy->knows_host ? allowed : allowed & IS_OFFERED;
}

static void note(struct daemon_policy *policy)
{
	for (unsigned id = 0; id < IDS; id++)
		policy->allowed[policy->epoch][id] = allowed_now(policy, id);
}

void daemon_policy_begin(struct daemon_policy *policy)
{
	*policy = (struct daemon_policy){.knows_host = true, .two_count = 1};
	note(policy);
}

bool daemon_policy_may_change(const struct daemon_policy *policy)
{
	return policy->epoch + 1 < EPOCHS_MAX;
}

/* By another path to the same socket, which makes another agent of it. */
static const char *agent_prefix(unsigned configuration, unsigned id)
{
	return configuration == CONFIGURATIONS - 1 && id == ID_TWO ? "./" : "";
}

/*
 * What was used of "two" stays used, but for connections from before: where the agent is another, they go on with
 * what is left of the old one.
 */
static bool is_two_new(const struct daemon_policy *policy, unsigned configuration, bool is_used)
{
	const char *before = sections[policy->configuration][ID_TWO].lines;

	return sections[configuration][ID_TWO].lines != NULL &&
	       (before == NULL || (is_used && agent_prefix(configuration, ID_TWO) !=
						      agent_prefix(policy->configuration, ID_TWO)));
}

void daemon_policy_change(struct daemon_policy *policy, unsigned configuration, bool knows_host,
			  bool is_two_used)
{
	FUZZ_CHECK(daemon_policy_may_change(policy) && configuration < CONFIGURATIONS);
	policy->two_count += is_two_new(policy, configuration, is_two_used);
	policy->configuration = configuration;
	policy->knows_host = knows_host;
	policy->epoch++;
	note(policy);
}

void daemon_policy_put(struct byte_buf *text, unsigned configuration, const char *directory)
{
	unsigned which = configuration < CONFIGURATIONS ? configuration : 0;

	for (unsigned id = 0; id < IDS; id++) {
		if (sections[which][id].lines != NULL)
			byte_buf_printf(text, "[id %s]\nagent = %s/%s%s\n%s", daemon_ids[id],
					directory, agent_prefix(which, id), daemon_ids[id],
					sections[which][id].lines);
	}
	if (configuration >= CONFIGURATIONS)
		byte_buf_printf(text, "agnet = /nowhere\n");
}

static unsigned login_needs(const struct userauth *auth, bool is_bound)
{
	unsigned needs =
		is_bound && view_equals_text(auth->session_id, "session") ? 0 : MAY_ANYWHERE;

	if (view_equals_text(auth->user, "git"))
		return needs | MAY_GIT;
	return needs | (view_equals_text(auth->user, "root") ? MAY_ROOT : MAY_OTHERS);
}

unsigned daemon_policy_needs(struct byte_view request, bool is_bound)
{
	struct sign_request sign;
	struct userauth auth;
	struct sshsig sig;

	if (request.len == 0 || request.ptr[0] != SSH_AGENTC_SIGN_REQUEST)
		return 0;
	if (agent_parse_sign_request(request, &sign) != 0)
		return MAY_NEVER;
	if (userauth_parse(sign.data, &auth) == 0)
		return login_needs(&auth, is_bound);
	if (sshsig_parse(sign.data, &sig) == 0 && view_equals_text(sig.namespace, "git"))
		return MAY_FILES;
	return MAY_NEVER;
}

bool daemon_policy_allows(const struct daemon_policy *policy, unsigned id, unsigned since,
			  unsigned needs)
{
	for (unsigned epoch = since; epoch <= policy->epoch; epoch++) {
		if ((needs & ~policy->allowed[epoch][id]) == 0)
			return true;
	}
	return false;
}
