/*
 * agent_channel.h - an agent connection that comes as a direct-tcpip channel of a link.
 */
#ifndef AGENTD_AGENT_CHANNEL_H
#define AGENTD_AGENT_CHANNEL_H

#include "agentd/link.h"

/* Accepts the channel that message asks for; runs inside libssh. False: it could not. */
bool agent_channel_open(struct link *link, ssh_message message, struct source *source);

#endif
