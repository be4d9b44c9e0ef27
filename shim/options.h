/*
 * options.h - the shim's command line and environment.
 */
#ifndef SHIM_OPTIONS_H
#define SHIM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/log.h"
#include "shim/secret_option.h"

#define SHIM_ENV_ID "SSH_SHIM_ID"
#define SHIM_ENV_CONNECT "SSH_SHIM_CONNECT"

enum options_action {
	OPTIONS_RUN,
	OPTIONS_CHECK,
	OPTIONS_HELP,
	OPTIONS_VERSION,
};

/* Strings are borrowed from argv and the environment. */
struct options {
	enum options_action action;
	const char *id;		  /* NULL: the daemon's default */
	const char *connect;	  /* NULL: search */
	const char *check_target; /* a git server or repository to tell about; NULL: none */
	const char *token_file;	  /* NULL: environment, then the build secret */
	unsigned int wait_ms;
	bool is_wait_given; /* then "nobody there" is worth another try until wait_ms have passed */
	bool is_optional;
	bool discovers;	     /* believe who answers a broadcast, without a token, too */
	bool has_no_wrapper; /* the image's ssh is left as it is */
	struct secret_option secrets[SECRET_OPTIONS_MAX];
	size_t secret_count;
	bool may_keep_secrets_on_disk;
	bool has_owner;
	uid_t owner_uid;
	gid_t owner_gid; /* (gid_t)-1: leave the group alone */
	mode_t socket_mode;
	enum log_level level;
	char **command; /* NULL-terminated; NULL with OPTIONS_CHECK, HELP, VERSION */
};

/*
 * Reads argv, and getenv for what it leaves open. 0, or -EINVAL with what is wrong, and what to do,
 * in error (error_size bytes).
 */
int options_parse(int argc, char **argv, struct options *out, char *error, size_t error_size);

/* The text of --help. */
extern const char options_help[];

#endif
