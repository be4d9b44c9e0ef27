#include "agentd/policy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/duration.h"
#include "common/log.h"
#include "common/number.h"
#include "common/repo_pattern.h"

static int set_words(void *place, const char *value, char reason[POLICY_REASON_MAX])
{
	struct byte_view word;
	int err = 0;

	while (err == 0 && word_next(&value, &word)) {
		if (word.len == 0) {
			snprintf(reason, POLICY_REASON_MAX, "a word is missing");
			return -EINVAL;
		}
		err = word_list_add(place, word);
	}
	return err;
}

static int set_repos(void *place, const char *value, char reason[POLICY_REASON_MAX])
{
	const struct word_list *repos = place;
	size_t count = repos->count;
	int err = set_words(place, value, reason);

	for (size_t i = count; err == 0 && i < repos->count; i++) {
		char escaped[LOG_ESCAPED_MAX];
		struct repo_place pattern;

		err = repo_pattern_parse(repos->list[i], &pattern);
		if (err != 0)
			snprintf(reason, POLICY_REASON_MAX,
				 "\"%.100s\" is no repository: say HOST[:PORT]/PATH, such as "
				 "github.com/org/repo or github.com/org/*",
				 log_escape(view_of(repos->list[i]), escaped));
	}
	return err;
}

static int set_flag(void *place, const char *value, char reason[POLICY_REASON_MAX])
{
	bool *flag = place;

	*flag = strcmp(value, "yes") == 0;
	if (*flag || strcmp(value, "no") == 0)
		return 0;
	snprintf(reason, POLICY_REASON_MAX, "say yes or no");
	return -EINVAL;
}

static int set_count(void *place, const char *value, char reason[POLICY_REASON_MAX])
{
	uint32_t *count = place;
	unsigned long number;

	if (number_parse(value, 1, UINT32_MAX, &number) != 0) {
		snprintf(reason, POLICY_REASON_MAX, "a number, 1 or more");
		return -EINVAL;
	}
	*count = (uint32_t)number;
	return 0;
}

static int set_duration(void *place, const char *value, char reason[POLICY_REASON_MAX])
{
	if (duration_parse(value, place) == 0)
		return 0;
	snprintf(reason, POLICY_REASON_MAX, "a number with s, m, h or d behind it, such as 8h");
	return -EINVAL;
}

static const struct {
	const char *name;
	size_t offset;
	int (*set)(void *place, const char *value, char reason[POLICY_REASON_MAX]);
} policy_keys[] = {
	{"host", offsetof(struct policy, hosts), set_words},
	{"user", offsetof(struct policy, users), set_words},
	{"only-keys", offsetof(struct policy, only_keys), set_words},
	{"allow-sshsig", offsetof(struct policy, sshsig_namespaces), set_words},
	{"repo", offsetof(struct policy, repos), set_repos},
	{"confirm", offsetof(struct policy, confirms), set_flag},
	{"max-signatures", offsetof(struct policy, max_signatures), set_count},
	{"lifetime", offsetof(struct policy, lifetime_s), set_duration},
};

enum { POLICY_KEY_COUNT = sizeof(policy_keys) / sizeof(policy_keys[0]) };

int policy_set(struct policy *policy, const char *name, const char *value,
	       char reason[POLICY_REASON_MAX])
{
	for (size_t i = 0; i < POLICY_KEY_COUNT; i++) {
		if (strcmp(name, policy_keys[i].name) == 0)
			return policy_keys[i].set((char *)policy + policy_keys[i].offset, value,
						  reason);
	}
	return -ENOENT;
}

const char *policy_name(size_t index)
{
	return index < POLICY_KEY_COUNT ? policy_keys[index].name : NULL;
}

bool policy_name_is_list(const char *name)
{
	for (size_t i = 0; i < POLICY_KEY_COUNT; i++) {
		if (strcmp(name, policy_keys[i].name) == 0)
			return policy_keys[i].set == set_words || policy_keys[i].set == set_repos;
	}
	return false;
}

void policy_deinit(struct policy *policy)
{
	word_list_deinit(&policy->hosts);
	word_list_deinit(&policy->users);
	word_list_deinit(&policy->only_keys);
	word_list_deinit(&policy->sshsig_namespaces);
	word_list_deinit(&policy->repos);
	*policy = (struct policy){0};
}
