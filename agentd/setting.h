/*
 * setting.h - what can be set in one place for the whole daemon: by --NAME on the command line, or
 * by a key NAME of the configuration's [daemon] section.
 */
#ifndef AGENTD_SETTING_H
#define AGENTD_SETTING_H

#include "agentd/options.h"

enum { SETTING_REASON_MAX = 256 };

enum setting_kind {
	SETTING_PLAIN,
	SETTING_FLAG,	/* yes or no; --NAME is yes */
	SETTING_PATH,	/* one file */
	SETTING_PATHS,	/* a list of files */
	SETTING_LOG,	/* one file, or "journal" */
	SETTING_WORDS,	/* a list: each is one more */
	SETTING_LISTEN, /* a list, in which unix:PATH names a file */
};

struct setting {
	const char *name;
	enum setting_kind kind;
	size_t offset; /* in struct options */
	int (*set)(void *place, const char *value, char reason[SETTING_REASON_MAX]);
};

/* NULL if there is none of that name. */
const struct setting *setting_find(const char *name);

/* The names there are, one by one; NULL behind the last. */
const char *setting_name(size_t index);

/* True for what may be given more than once. */
bool setting_is_list(const struct setting *setting);

/* Takes one value, which is not kept. 0; -EINVAL, and reason says what is wrong; -ENOMEM. */
int setting_apply(const struct setting *setting, struct options *options, const char *value,
		  char reason[SETTING_REASON_MAX]);

#endif
