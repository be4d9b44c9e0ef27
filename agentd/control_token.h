/*
 * control_token.h - the verb "token" of the control socket: makes a token of the running daemon.
 */
#ifndef AGENTD_CONTROL_TOKEN_H
#define AGENTD_CONTROL_TOKEN_H

#include "agentd/control_verb.h"

/* [id=ID]... [expires=15m] [max-signatures=N] [name=NAME]; a control_verb. */
void control_token(struct front *front, char *words, struct byte_buf *answer);

#endif
