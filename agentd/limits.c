#include "agentd/limits.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/number.h"

const struct limits limits_default = {
	.links = 4096,
	.links_per_address = 1024,
	.connections_per_link = 256,
	.upstream_per_id = 512,
	.login_seconds = 10,
	.failed_logins_per_minute = 30,
	.request_seconds = 15,
	.sign_seconds = 300,
	.confirm_seconds = 120,
	.confirm_prompts = 4,
	.confirm_queue = 64,
	.confirm_logins = 16,
	.confirm_refusals = 5,
	.secret_bytes = 64 * 1024 * 1024,
	.secrets_per_link = 16,
	.secret_stall_seconds = 60,
};

static const struct limit_name {
	const char *name;
	size_t offset;
	unsigned max;
	const char *meaning;
} limit_names[] = {
	{"links", offsetof(struct limits, links), 100000, "links at once"},
	{"links-per-address", offsetof(struct limits, links_per_address), 100000,
	 "of them from one address"},
	{"connections-per-link", offsetof(struct limits, connections_per_link), 100000,
	 "agent connections at once on one link"},
	{"upstream-per-id", offsetof(struct limits, upstream_per_id), 4000,
	 "connections to one source; more wait"},
	{"login-seconds", offsetof(struct limits, login_seconds), 3600, "to log in"},
	{"failed-logins-per-minute", offsetof(struct limits, failed_logins_per_minute), 100000,
	 "of one address; each more ends its link"},
	{"request-seconds", offsetof(struct limits, request_seconds), 3600,
	 "to finish a request begun, or to answer one"},
	{"sign-seconds", offsetof(struct limits, sign_seconds), 86400, "to answer a sign request"},
	{"confirm-seconds", offsetof(struct limits, confirm_seconds), 86400,
	 "to confirm a signature, where the id is to be confirmed"},
	{"confirm-prompts", offsetof(struct limits, confirm_prompts), 100,
	 "prompts for that at once; more wait"},
	{"confirm-queue", offsetof(struct limits, confirm_queue), 10000,
	 "prompts that wait; more are refused"},
	{"confirm-logins", offsetof(struct limits, confirm_logins), 10000,
	 "at once that one answer counts for"},
	{"confirm-refusals", offsetof(struct limits, confirm_refusals), 10000,
	 "of a build in ten minutes; it asks nobody more"},
	{"secret-bytes", offsetof(struct limits, secret_bytes), 1 << 30, "of one secret"},
	{"secrets-per-link", offsetof(struct limits, secrets_per_link), 1000,
	 "secrets on their way at once"},
	{"secret-stall-seconds", offsetof(struct limits, secret_stall_seconds), 3600,
	 "to take some of a secret"},
};

enum { LIMIT_COUNT = sizeof(limit_names) / sizeof(limit_names[0]) };

static unsigned *limit_place(struct limits *limits, const struct limit_name *name)
{
	return (unsigned *)(void *)((char *)limits + name->offset);
}

int limits_set(struct limits *limits, const char *name, const char *value,
	       char reason[LIMITS_REASON_MAX])
{
	for (size_t i = 0; i < LIMIT_COUNT; i++) {
		unsigned long number;

		if (strcmp(limit_names[i].name, name) != 0)
			continue;
		if (number_parse(value, 1, limit_names[i].max, &number) != 0) {
			snprintf(reason, LIMITS_REASON_MAX, "a number from 1 to %u",
				 limit_names[i].max);
			return -ERANGE;
		}
		*limit_place(limits, &limit_names[i]) = (unsigned)number;
		return 0;
	}
	return -ENOENT;
}

const char *limits_name(size_t index)
{
	return index < LIMIT_COUNT ? limit_names[index].name : NULL;
}

void limits_print_help(void)
{
	struct limits defaults = limits_default;

	for (size_t i = 0; i < LIMIT_COUNT; i++)
		printf("      %-24s %8u  %s\n", limit_names[i].name,
		       *limit_place(&defaults, &limit_names[i]), limit_names[i].meaning);
}
