/*
 * check_target.h - what `--check TARGET` prints: which id and keys a git server would be offered, and
 * whether its host key is known, without going there.
 */
#ifndef SHIM_CHECK_TARGET_H
#define SHIM_CHECK_TARGET_H

#include <stdbool.h>
#include <stdio.h>

#include "shim/offer.h"

struct check_target {
	const char *text;	   /* HOST, [USER@]HOST:PATH, or ssh://[USER@]HOST[:PORT][/PATH] */
	const struct offer *offer; /* NULL behind a mounted socket */
	const struct offer_id *id; /* the step's own; NULL: none, or behind a mounted socket */
	bool has_no_wrapper;
};

/*
 * CHECK_OK (check.h), or CHECK_WRONG after saying on stderr what is: the target is none, no ssh, no key,
 * no host key. The image's own host keys are looked for in the usual files; other files that its
 * configuration may name are not read.
 */
int check_target_print(FILE *to, const struct check_target *target);

#endif
