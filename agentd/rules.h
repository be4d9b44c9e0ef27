/*
 * rules.h - a policy made ready for the gate: the hosts that it names are known to the trusted
 * hosts, and its keys have become fingerprints. Done once, when the daemon starts or reads its
 * configuration again, so that a request costs no look at words or files.
 */
#ifndef AGENTD_RULES_H
#define AGENTD_RULES_H

#include "agentd/allowed_keys.h"
#include "agentd/policy.h"
#include "agentd/trusted_hosts.h"
#include "common/bytes.h"

struct rules {
	const struct policy *policy; /* borrowed */
	struct trusted_hosts *trusted;
	const struct trusted_host **hosts; /* those of the policy, in its order */
	size_t host_count;
	struct allowed_keys keys; /* plain ones, which stand for their certificates, too */
};

/*
 * Reads the .pub files that the policy names. policy and trusted outlive the rules; a policy that
 * changes has to be made ready again. 0 and *out, the caller's to deinit; -EINVAL, and reason says
 * what is wrong; -ENOMEM.
 */
int rules_init(struct rules *out, const struct policy *policy, struct trusted_hosts *trusted,
	       char reason[POLICY_REASON_MAX]);
void rules_deinit(struct rules *rules);

/* False for rules that were never made from the policy as it is: then nothing may be signed. */
bool rules_are_ready(const struct rules *rules);

/* True if logins may go to certain hosts only; if some keys are not to be seen. */
bool rules_name_hosts(const struct rules *rules);
bool rules_name_keys(const struct rules *rules);

/*
 * The host of the policy that this key, whose signature was verified, belongs to, by known_hosts
 * files that are read again if they have changed; NULL, and *fault says why not, a constant.
 */
const struct trusted_host *rules_find_host(const struct rules *rules,
					   struct byte_view host_key_blob, const char **fault);

/* Whether the policy names this host; NULL is none. */
bool rules_allow_host(const struct rules *rules, const struct trusted_host *host);

/* Whether what the policy says of users, keys and SSHSIG namespaces lets this one pass. */
bool rules_allow_user(const struct rules *rules, struct byte_view user);
bool rules_allow_key(const struct rules *rules, struct byte_view key_blob);
bool rules_allow_sshsig(const struct rules *rules, struct byte_view sshsig_namespace);

/* Warns of each host that no known_hosts file has a key of, since no login there will be signed. */
void rules_warn_of_unknown_hosts(const struct rules *rules, const char *id);

#endif
