/*
 * server.h - the keeper at work: threads that share one epoll descriptor.
 *
 * Every descriptor is armed for one event at a time (EPOLLONESHOT). The thread that wakes owns the
 * connection until it arms it again: it reads, signs and answers itself, for a hand-over to
 * another thread costs more than an Ed25519 signature.
 */
#ifndef AGENTD_KEEPER_SERVER_H
#define AGENTD_KEEPER_SERVER_H

#include <pthread.h>
#include <stdatomic.h>

#include "agentd/keeper/connection.h"

enum {
	SERVER_WORKERS_MIN = 2,
	SERVER_WORKERS_MAX = 16,
	SERVER_CONNECTIONS_MAX = 4096,
};

struct server_worker {
	struct server *server;
	struct connection_worker io;
	pthread_t thread;
};

struct server {
	struct keyring *ring;
	pthread_rwlock_t ring_lock; /* to write: only to forget the keys */
	int control_fd;
	int epoll_fd;
	atomic_size_t connection_count;
	struct server_worker *workers;
	size_t worker_count;
	pthread_barrier_t is_started;
};

/* One for each CPU that this process may use, within the bounds above. */
size_t server_worker_count(void);

/*
 * Starts all threads but the caller's own, and returns when each has begun to wait, so that a
 * system call filter can be set for all of them. ring: sealed, for as many workers. Nothing is
 * served yet. 0 or a negative errno, after which the process can only end.
 */
int server_start(struct server *server, struct keyring *ring, int control_fd);

/*
 * Serves what comes in over the control socket, on the calling thread too, until the front is
 * gone; then wipes the keys and ends the process.
 */
void server_run(struct server *server) __attribute__((noreturn));

#endif
