/*
 * secret_transfer.h - the verb "secret": the content of one secret, on its way to a build.
 *
 * A piece of it is read, in a thread, when the one before has left; so a peer that reads slowly, or
 * not at all, costs that piece and a descriptor, and harms nobody. One that takes nothing for too
 * long is cut off.
 */
#ifndef AGENTD_SECRET_TRANSFER_H
#define AGENTD_SECRET_TRANSFER_H

#include "agentd/link.h"

struct secret_transfer;

/*
 * Begins to send, over channel, the secret that words names: "ID", or "ID file", "ID dir" from a
 * peer that can use only the one. What cannot be handed out ends the channel with a reason. NULL if
 * that was at once; else the transfer, until secret_transfer_close.
 */
struct secret_transfer *secret_transfer_new(struct link *link, struct wire_channel *channel,
					    const char *words);

/* To be called in the channel's on_ready. */
void secret_transfer_resume(struct secret_transfer *transfer);

/* The channel is gone. It frees itself. */
void secret_transfer_close(struct secret_transfer *transfer);

#endif
