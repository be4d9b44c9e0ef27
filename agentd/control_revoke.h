/*
 * control_revoke.h - the verb "revoke" of the control socket: tokens of a name are good for nothing any more.
 */
#ifndef AGENTD_CONTROL_REVOKE_H
#define AGENTD_CONTROL_REVOKE_H

#include "agentd/control_verb.h"

/* name=NAME. Its links are closed at once, with what is in flight on them; a control_verb. */
void control_revoke(struct front *front, char *words, struct byte_buf *answer);

#endif
