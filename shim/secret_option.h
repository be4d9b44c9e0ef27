/*
 * secret_option.h - one --secret of the shim's command line: which secret, and where the command finds
 * it.
 *
 * Words and defaults are those of BuildKit's RUN --mount=type=secret; but a secret that somebody names is
 * required, unless required=false says otherwise.
 */
#ifndef SHIM_SECRET_OPTION_H
#define SHIM_SECRET_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/token.h"

#define SECRET_DEFAULT_DIRECTORY "/run/secrets"

enum {
	SECRET_OPTIONS_MAX = 64,
	SECRET_TARGET_SIZE = 1024,
	SECRET_ENV_SIZE = 128,
};

struct secret_option {
	char id[ID_NAME_MAX + 1];
	char target[SECRET_TARGET_SIZE]; /* as given, or the default; empty: env alone */
	char env[SECRET_ENV_SIZE];	 /* the variable's name; empty: none */
	bool is_required;
	mode_t mode;
	bool has_uid; /* else the owner is that of the agent socket */
	bool has_gid;
	uid_t uid;
	gid_t gid;
};

/*
 * Reads "ID[,target=PATH][,required=true|false][,mode=0400][,uid=N][,gid=N][,env=NAME]"; the id may be
 * written id=ID, too, and target dst or destination. 0, or -EINVAL with what is wrong in error.
 */
int secret_option_parse(const char *spec, struct secret_option *out, char *error,
			size_t error_size);

#endif
