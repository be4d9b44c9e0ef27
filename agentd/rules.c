#include "agentd/rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/certificate.h"
#include "common/log.h"

static int add_hosts(struct rules *rules, char reason[POLICY_REASON_MAX])
{
	const struct word_list *words = &rules->policy->hosts;

	if (words->count == 0)
		return 0;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers it is */
	rules->hosts = calloc(words->count, sizeof(rules->hosts[0]));
	if (rules->hosts == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < words->count; i++) {
		char escaped[LOG_ESCAPED_MAX];
		int err = trusted_hosts_add(rules->trusted, words->list[i], &rules->hosts[i]);

		if (err == -EINVAL)
			snprintf(reason, POLICY_REASON_MAX,
				 "host: %.150s: no host is called that; say HOST or HOST:PORT",
				 log_escape(view_of(words->list[i]), escaped));
		if (err != 0)
			return err;
		rules->host_count++;
	}
	return 0;
}

static int add_keys(struct rules *rules, char reason[POLICY_REASON_MAX])
{
	const struct word_list *words = &rules->policy->only_keys;
	char why[POLICY_REASON_MAX];

	for (size_t i = 0; i < words->count; i++) {
		int err = allowed_keys_add(&rules->keys, words->list[i], why);

		if (err == -EINVAL)
			snprintf(reason, POLICY_REASON_MAX, "only-keys: %.200s", why);
		if (err != 0)
			return err;
	}
	return 0;
}

int rules_init(struct rules *out, const struct policy *policy, struct trusted_hosts *trusted,
	       char reason[POLICY_REASON_MAX])
{
	struct rules rules = {.policy = policy, .trusted = trusted};
	int err = add_hosts(&rules, reason);

	if (err == 0)
		err = add_keys(&rules, reason);
	if (err == 0)
		*out = rules;
	else
		rules_deinit(&rules);
	return err;
}

void rules_deinit(struct rules *rules)
{
	free((void *)rules->hosts);
	allowed_keys_deinit(&rules->keys);
	*rules = (struct rules){0};
}

bool rules_are_ready(const struct rules *rules)
{
	return rules->policy != NULL && rules->host_count == rules->policy->hosts.count &&
	       (rules->keys.count > 0) == (rules->policy->only_keys.count > 0);
}

bool rules_name_hosts(const struct rules *rules)
{
	return rules->host_count > 0;
}

bool rules_name_keys(const struct rules *rules)
{
	return rules->keys.count > 0;
}

const struct trusted_host *rules_find_host(const struct rules *rules,
					   struct byte_view host_key_blob, const char **fault)
{
	trusted_hosts_refresh(rules->trusted);
	return trusted_hosts_find(rules->hosts, rules->host_count, host_key_blob,
				  (uint64_t)time(NULL), fault);
}

bool rules_allow_host(const struct rules *rules, const struct trusted_host *host)
{
	for (size_t i = 0; host != NULL && i < rules->host_count; i++) {
		if (rules->hosts[i] == host)
			return true;
	}
	return false;
}

static bool has_word(const struct word_list *words, struct byte_view word)
{
	for (size_t i = 0; i < words->count; i++) {
		if (view_equals_text(word, words->list[i]))
			return true;
	}
	return false;
}

bool rules_allow_user(const struct rules *rules, struct byte_view user)
{
	return rules->policy->users.count == 0 || has_word(&rules->policy->users, user);
}

bool rules_allow_key(const struct rules *rules, struct byte_view key_blob)
{
	uint8_t hash[FINGERPRINT_HASH_LEN];

	if (!rules_name_keys(rules))
		return true;
	certificate_fingerprint(key_blob, hash);
	for (size_t i = 0; i < rules->keys.count; i++) {
		if (memcmp(rules->keys.list[i], hash, sizeof(hash)) == 0)
			return true;
	}
	return false;
}

bool rules_allow_sshsig(const struct rules *rules, struct byte_view sshsig_namespace)
{
	return has_word(&rules->policy->sshsig_namespaces, sshsig_namespace);
}

void rules_warn_of_unknown_hosts(const struct rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->host_count; i++) {
		if (!trusted_host_is_known(rules->hosts[i]))
			log_warn("id=%s host=%s: no known_hosts file has a key of it, so no login "
				 "there will be signed; log in once by hand, or add the line",
				 id, trusted_host_text(rules->hosts[i]));
	}
}
