/*
 * wildcard.h - patterns as OpenSSH has them (PATTERNS in ssh_config(5)): '*' stands for any
 * number of characters, '?' for one.
 */
#ifndef COMMON_WILDCARD_H
#define COMMON_WILDCARD_H

#include "common/bytes.h"

/* Whether all of text matches; case matters. Takes time of the product of both lengths at most. */
bool wildcard_match(struct byte_view pattern, struct byte_view text);

#endif
