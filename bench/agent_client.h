/*
 * agent_client.h - the few steps with an agent that come before and around the load.
 */
#ifndef BENCH_AGENT_CLIENT_H
#define BENCH_AGENT_CLIENT_H

#include "common/bytes.h"

/*
 * Connects to the agent's Unix socket; *fd is non-blocking and the caller's to close. The connect
 * itself may block: a full backlog is part of what a client of that agent waits for.
 * 0 or negative errno.
 */
int agent_connect(const char *path, int *fd);

/*
 * Sends the frame and waits for SSH_AGENT_SUCCESS. 0; -EPERM (another reply), -EPIPE, or as agent_choose_key.
 */
int agent_greet(int fd, struct byte_view frame);

/* Which of the agent's identities to sign with. */
struct agent_key_choice {
	const char *type; /* the first of this type, such as "ssh-ed25519"; NULL: any */
	size_t index;	  /* among those of the type, from 0 */
};

/*
 * Asks the agent for its identities and appends the key blob of the chosen one to *key_blob.
 * 0, -ENOKEY (no such key), -EBADMSG, or the errno of the connection.
 */
int agent_choose_key(const char *path, struct agent_key_choice choice, struct byte_buf *key_blob);

#endif
