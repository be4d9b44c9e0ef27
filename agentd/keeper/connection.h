/*
 * connection.h - one agent connection in the keeper: a non-blocking stream, taken in turns.
 *
 * A turn answers one request at most, so that a peer with many requests in the pipe waits in line
 * with the others, and never blocks, so that a peer that does not read holds no thread.
 */
#ifndef AGENTD_KEEPER_CONNECTION_H
#define AGENTD_KEEPER_CONNECTION_H

#include <stdatomic.h>

#include "agentd/keeper/keyring.h"

enum { CONNECTION_READ_LEN = 16 * 1024 };

struct connection {
	atomic_uint turn; /* its content goes with this from the thread of one turn to the next */
	int fd;
	const struct keyring_id *id;
	struct byte_buf in;  /* the start of a request, or requests still to be answered */
	struct byte_buf out; /* what the peer has not taken yet of the last reply */
};

/* What a thread lends to the connection whose turn it is. */
struct connection_worker {
	size_t number; /* as in keyring_sign */
	struct byte_buf reply;
	uint8_t input[CONNECTION_READ_LEN];
};

enum connection_wish {
	CONNECTION_READABLE, /* next turn when there is something to read */
	CONNECTION_WRITABLE, /* next turn when the peer takes bytes, or at once if it does already */
	CONNECTION_OVER,     /* closed by the peer, or broken: free it */
};

/* Owns fd from then on. NULL: no memory, and fd is still the caller's. */
struct connection *connection_new(int fd, const struct keyring_id *id);

/* Closes fd. */
void connection_free(struct connection *connection);

/* One turn; says what the next one waits for. */
enum connection_wish connection_take_turn(struct connection *connection,
					  struct connection_worker *worker);

#endif
