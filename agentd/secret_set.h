/*
 * secret_set.h - the secrets that builds may fetch: what the command line says of them.
 *
 * A file, or a directory, is read when a build asks for it: what it gets is current, and the daemon
 * holds nothing of it in between. A variable of the environment is copied at the start.
 */
#ifndef AGENTD_SECRET_SET_H
#define AGENTD_SECRET_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/locked_memory.h"
#include "common/token.h"

enum { SECRET_SET_REASON_MAX = 512 };

struct offered_secret {
	char name[ID_NAME_MAX + 1];
	char *path;		      /* absolute; NULL: content */
	dev_t device;		      /* it was on when it was looked at */
	struct locked_memory content; /* of a variable; its memory may be larger, or none */
	size_t content_len;
};

struct secret_set {
	struct offered_secret *list;
	size_t count;
	bool leaves_files; /* it is not looked whether they are there: secret_look does */
};

/* What is said of a secret; NULL where nothing is. */
struct secret_spec {
	const char *name;
	const char *src;  /* a path; "~/" at its beginning is $HOME */
	const char *env;  /* a variable's name */
	const char *type; /* "file", "env" */
};

/*
 * Adds a secret. As with docker build --secret, type=env makes of src a variable's name, and where
 * neither src nor env is given, the secret is the variable of its name if there is one, else the
 * file of its name in the working directory. 0; -EINVAL with what is wrong in reason (no such file,
 * no such variable...); -ENOMEM. Nothing of spec is kept.
 */
int secret_set_add(struct secret_set *set, const struct secret_spec *spec,
		   char reason[SECRET_SET_REASON_MAX]);

/*
 * --secret id=ID[,src=PATH|,env=NAME][,type=file|env], as BuildKit's. Reports a mistake on stderr and
 * returns -EINVAL then, or -ENOMEM.
 */
int secret_set_add_option(struct secret_set *set, const char *option);

/* 0 and *device, if path is a file or a directory; else -EINVAL, and why not in reason. May wait for the file system. */
int secret_set_look(const char *path, dev_t *device, char reason[SECRET_SET_REASON_MAX]);

/* NULL if there is none of that name. */
const struct offered_secret *secret_set_find(const struct secret_set *set, const char *name);

/* Wipes the contents. */
void secret_set_deinit(struct secret_set *set);

#endif
