/*
 * control_verb.h - what a verb of the control socket is. The table of them is in control.c.
 */
#ifndef AGENTD_CONTROL_VERB_H
#define AGENTD_CONTROL_VERB_H

#include "agentd/front.h"
#include "common/bytes.h"

/*
 * Does what the line asks for. words is what follows the verb, to be cut up at will; the answer,
 * "ok TEXT\n" or "error TEXT\n", goes into answer.
 */
typedef void (*control_verb)(struct front *front, char *words, struct byte_buf *answer);

/* The next NAME=VALUE of words, cut in two; NULL behind the last. A word without '=' has no value. */
char *control_next_word(char **words, char **value);

#endif
