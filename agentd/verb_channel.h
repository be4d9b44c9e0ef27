/*
 * verb_channel.h - a session channel of a link: one command, which is one of our verbs.
 *
 * "ping" answers "pong 1"; "waiting" tells what signatures wait for (waiting.h); "offer" tells all that the peer was let in to (offer.h); "secret ID" is
 * followed by the content of that secret (secret_transfer.h). A command
 * that is no verb fails with status 1 and a reason on stderr, so that a newer shim can tell.
 */
#ifndef AGENTD_VERB_CHANNEL_H
#define AGENTD_VERB_CHANNEL_H

#include "agentd/link.h"

/* Accepts the channel that message asks for; runs inside libssh. False: it could not. */
bool verb_channel_open(struct link *link, ssh_message message);

#endif
