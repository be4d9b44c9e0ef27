/*
 * load.h - one request, put to an agent over and over on a number of connections.
 *
 * One thread, one epoll. A connection has one request in flight, as every agent client has; the
 * next is sent as soon as the reply has been judged.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdbool.h>

#include "bench/latency.h"
#include "bench/load_request.h"

struct load_connection {
	int fd;			/* -1: not connected */
	size_t sent;		/* bytes of the request in flight that the socket has taken */
	bool is_blocked;	/* the socket was full; epoll tells when it is not */
	bool was_blocked;	/* so the request in flight may be a mix of two */
	uint64_t number;	/* of the request in flight */
	uint64_t started_ns;	/* before connect, where the request has a connection of its own */
	struct byte_buf stream; /* the reply, as far as it has come */
};

struct load {
	const char *path;
	struct load_request *request;
	bool is_reconnecting; /* a new connection for every request */
	struct byte_view
		greeting; /* sent on each new connection, and a success awaited; may be empty */
	int epoll_fd;
	struct load_connection *connections;
	size_t connection_count;
	/* Of the run at hand: */
	size_t unsent;
	size_t unanswered;
	uint64_t next_number;
	struct latency *latency; /* NULL: warming up */
};

/*
 * Connects (unless is_reconnecting). path, request and greeting stay the caller's, and must outlive load.
 * 0 or negative errno; a failed load needs no load_deinit.
 */
int load_init(struct load *load, const char *path, struct load_request *request,
	      size_t connection_count, bool is_reconnecting, struct byte_view greeting);

/*
 * Puts `requests` requests, spread over the connections, and waits for every reply. Latencies go
 * to *latency, where it is not NULL; where it is, that is warming up, every signature is verified.
 *
 * 0; -EPERM (a refusal), -EBADMSG (not a reply), -EKEYREJECTED (a false signature), -ECONNRESET, -ETIMEDOUT (no reply at all for
 * LOAD_STALL_MS), or the errno of a system call. After an error only load_deinit is legal.
 */
int load_run(struct load *load, size_t requests, struct latency *latency);

void load_deinit(struct load *load);

enum { LOAD_STALL_MS = 30000 };

uint64_t load_now_ns(void);

#endif
