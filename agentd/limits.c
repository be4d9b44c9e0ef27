#include "agentd/limits.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/number.h"

const struct limits limits_default = {
	.links = 4096,
	.links_per_address = 1024,
	.connections_per_link = 256,
	.upstream_per_id = 512,
	.login_seconds = 10,
	.request_seconds = 15,
	.sign_seconds = 300,
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
	{"request-seconds", offsetof(struct limits, request_seconds), 3600,
	 "to finish a request begun, or to answer one"},
	{"sign-seconds", offsetof(struct limits, sign_seconds), 86400, "to answer a sign request"},
	{"secret-bytes", offsetof(struct limits, secret_bytes), 1 << 30, "of one secret"},
	{"secrets-per-link", offsetof(struct limits, secrets_per_link), 1000,
	 "secrets on their way at once"},
	{"secret-stall-seconds", offsetof(struct limits, secret_stall_seconds), 3600,
	 "to take some of a secret"},
};

static unsigned *limit_place(struct limits *limits, const struct limit_name *name)
{
	return (unsigned *)(void *)((char *)limits + name->offset);
}

int limits_apply(struct limits *limits, const char *spec)
{
	const char *equals = strchr(spec, '=');
	size_t name_len = equals != NULL ? (size_t)(equals - spec) : strlen(spec);

	for (size_t i = 0; i < sizeof(limit_names) / sizeof(limit_names[0]); i++) {
		const struct limit_name *name = &limit_names[i];
		unsigned long value;

		if (strlen(name->name) != name_len || memcmp(name->name, spec, name_len) != 0)
			continue;
		if (equals == NULL || number_parse(equals + 1, 1, name->max, &value) != 0)
			return -ERANGE;
		*limit_place(limits, name) = (unsigned)value;
		return 0;
	}
	return -ENOENT;
}

void limits_print_help(void)
{
	struct limits defaults = limits_default;

	for (size_t i = 0; i < sizeof(limit_names) / sizeof(limit_names[0]); i++)
		printf("      %-21s %8u  %s\n", limit_names[i].name,
		       *limit_place(&defaults, &limit_names[i]), limit_names[i].meaning);
}
