/*
 * token_source.h - where the shim's token comes from.
 */
#ifndef SHIM_TOKEN_SOURCE_H
#define SHIM_TOKEN_SOURCE_H

#include "common/token.h"
#include "shim/secret.h"

#define TOKEN_SOURCE_ENV "SSH_SHIM_TOKEN"
#define TOKEN_SOURCE_BUILD_SECRET "/run/secrets/ssh-shim-token"

/*
 * Reads the token from token_file, or if NULL from the environment, then from the build secret; in
 * any case wipes it in our own environment, so that neither the command nor /proc/PID/environ
 * shows it.
 *
 * 0 with its text and what it says; -ENOENT: there is none, and that is no error; otherwise a
 * negative errno with what is wrong, and what to do, in error.
 */
int token_source_read(const char *token_file, struct secret *text, struct token *token, char *error,
		      size_t error_size);

#endif
