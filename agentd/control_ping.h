/*
 * control_ping.h - the verb `ping` of the control socket: is the daemon well?
 */
#ifndef AGENTD_CONTROL_PING_H
#define AGENTD_CONTROL_PING_H

#include "agentd/control_verb.h"

/* A control_verb: an error where key files are offered and the keeper has died with their keys. */
void control_ping(struct front *front, char *words, struct byte_buf *answer);

#endif
