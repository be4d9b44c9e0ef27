/*
 * source.h - where key material is read from: a file, the environment, standard input.
 */
#ifndef AGENTD_KEEPER_SOURCE_H
#define AGENTD_KEEPER_SOURCE_H

#include "common/bytes.h"

#define SOURCE_ENV_PREFIX "env:"
#define SOURCE_STDIN "-"

/* True for a path: what may have a .pub or a -cert.pub file beside it. */
bool source_is_file(const char *name);

/* The variable's name if name is env:NAME, else NULL; points into name. */
const char *source_variable(const char *name);

/*
 * Appends the content of name (a path, "env:NAME", "-") to out. A regular file that is ours and
 * that others may read is refused, as ssh does. 0, or a negative errno (-EACCES, -EMSGSIZE,
 * -ENOENT...), and then *why says what is wrong and what to do, in words that follow "NAME: ".
 */
int source_read(const char *name, struct byte_buf *out, const char **why);

/*
 * The same for a path only. is_secret: whether to judge its permissions; a .pub file is anyone's to
 * read.
 */
int source_read_file(const char *path, bool is_secret, struct byte_buf *out, const char **why);

/* Wipes the variable's value where it stands, then unsets it. Harmless if it is not set. */
void source_wipe_variable(const char *variable);

#endif
