#include "agentd/setting.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/address.h"

static int set_flag(void *place, const char *value, char reason[SETTING_REASON_MAX])
{
	bool *flag = place;

	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0) {
		snprintf(reason, SETTING_REASON_MAX, "say yes or no");
		return -EINVAL;
	}
	*flag = strcmp(value, "yes") == 0;
	return 0;
}

static int set_text(void *place, const char *value, char reason[SETTING_REASON_MAX])
{
	char **text = place;
	char *copy;

	if (value[0] == '\0') {
		snprintf(reason, SETTING_REASON_MAX, "a value is missing");
		return -EINVAL;
	}
	copy = strdup(value);
	if (copy == NULL)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

static int add_word(void *place, const char *value, char reason[SETTING_REASON_MAX])
{
	if (value[0] == '\0') {
		snprintf(reason, SETTING_REASON_MAX, "a word is missing");
		return -EINVAL;
	}
	return word_list_add(place, view_of(value));
}

static int add_network(void *place, const char *value, char reason[SETTING_REASON_MAX])
{
	struct ip_prefix prefix;

	if (ip_prefix_parse(value, &prefix) == 0)
		return add_word(place, value, reason);
	snprintf(reason, SETTING_REASON_MAX,
		 "not a network; write it as 172.17.0.0/16 or fd00::/8");
	return -EINVAL;
}

static int set_log_level(void *place, const char *value, char reason[SETTING_REASON_MAX])
{
	if (log_parse_level(value, place) == 0)
		return 0;
	snprintf(reason, SETTING_REASON_MAX, "say error, warn, info or debug");
	return -EINVAL;
}

static int set_log_format(void *place, const char *value, char reason[SETTING_REASON_MAX])
{
	if (log_parse_format(value, place) == 0)
		return 0;
	snprintf(reason, SETTING_REASON_MAX, "say text or json");
	return -EINVAL;
}

static int set_audit_mode(void *place, const char *value, char reason[SETTING_REASON_MAX])
{
	if (audit_parse_mode(value, place) == 0)
		return 0;
	snprintf(reason, SETTING_REASON_MAX, "say required or best-effort");
	return -EINVAL;
}

#define PLACE(member) offsetof(struct options, member)

static const struct setting settings[] = {
	{"listen", SETTING_LISTEN, PLACE(listen), add_word},
	{"trust-network", SETTING_FLAG, PLACE(trusts_network), set_flag},
	{"discoverable", SETTING_FLAG, PLACE(is_discoverable), set_flag},
	{"allow", SETTING_WORDS, PLACE(allow), add_network},
	{"token-file", SETTING_PATH, PLACE(token_file), set_text},
	{"known-hosts", SETTING_PATHS, PLACE(known_hosts), add_word},
	{"passphrase-file", SETTING_PATH, PLACE(passphrase_file), set_text},
	{"log-level", SETTING_PLAIN, PLACE(log_level), set_log_level},
	{"log-format", SETTING_PLAIN, PLACE(log_format), set_log_format},
	{"audit-log", SETTING_LOG, PLACE(audit_log), set_text},
	{"audit", SETTING_PLAIN, PLACE(audit_mode), set_audit_mode},
};

enum { SETTING_COUNT = sizeof(settings) / sizeof(settings[0]) };

const struct setting *setting_find(const char *name)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (strcmp(settings[i].name, name) == 0)
			return &settings[i];
	}
	return NULL;
}

const char *setting_name(size_t index)
{
	return index < SETTING_COUNT ? settings[index].name : NULL;
}

bool setting_is_list(const struct setting *setting)
{
	return setting->kind == SETTING_WORDS || setting->kind == SETTING_PATHS ||
	       setting->kind == SETTING_LISTEN;
}

int setting_apply(const struct setting *setting, struct options *options, const char *value,
		  char reason[SETTING_REASON_MAX])
{
	return setting->set((char *)options + setting->offset, value, reason);
}
