/*
 * check.h - what --check prints about the daemon that was found.
 */
#ifndef SHIM_CHECK_H
#define SHIM_CHECK_H

#include <stdio.h>

#include "common/token.h"
#include "shim/find.h"
#include "shim/offer.h"

enum {
	CHECK_OK = 0,
	CHECK_WRONG = 1,
	CHECK_NO_DAEMON = 2,
};

/* A daemon behind a link. fingerprint: of its host key; token: NULL without one. */
void check_print_link(FILE *to, const char *where, const char *origin, const char *fingerprint,
		      const struct token *token);

/* Its offer, chosen (may be NULL) being the id that a command would get. */
void check_print_offer(FILE *to, const struct offer *offer, const struct offer_id *chosen);

/* One line for each key of an id. */
void check_print_keys(FILE *to, const struct offer *offer, const struct offer_id *id);

/* A daemon's Unix socket, and the identities it listed: returns how many. */
size_t check_print_socket(FILE *to, const struct found *found);

#endif
