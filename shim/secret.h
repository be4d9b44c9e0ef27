/*
 * secret.h - the token's text, in a page of its own.
 *
 * It is needed for as long as the link may have to be made anew, so it is kept where it does the
 * least harm: not swapped where the limits allow, in no core file, wiped in a forked child.
 */
#ifndef SHIM_SECRET_H
#define SHIM_SECRET_H

#include "common/locked_memory.h"

enum { SECRET_SIZE = 8192 };

struct secret {
	struct locked_memory memory;
	char *text; /* NUL terminated; NULL: there is none */
	size_t len;
};

/* A secret with room for SECRET_SIZE - 1 bytes, empty. 0 or -ENOMEM. */
int secret_init(struct secret *secret);

/* Wipes and gives back; a secret that is all zeros may be wiped too. */
void secret_deinit(struct secret *secret);

#endif
