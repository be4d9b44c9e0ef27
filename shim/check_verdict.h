/*
 * check_verdict.h - the end of --check, once a daemon has let us in: would a command with these options get
 * what it asks for?
 */
#ifndef SHIM_CHECK_VERDICT_H
#define SHIM_CHECK_VERDICT_H

#include <stdio.h>

#include "shim/offer.h"
#include "shim/options.h"

struct check_verdict_request {
	const struct options *options;
	const struct offer *offer; /* NULL behind a mounted socket */
	const struct offer_id *id; /* the step's own; NULL: none, or behind a mounted socket */
	size_t socket_keys;	   /* behind a mounted socket: that it listed */
};

/* CHECK_OK (check.h), or CHECK_WRONG after saying on stderr what is. */
int check_verdict(FILE *to, const struct check_verdict_request *request);

#endif
