/*
 * listener.h - a listening socket: accepts, and pauses when there is nothing to accept with.
 */
#ifndef AGENTD_LISTENER_H
#define AGENTD_LISTENER_H

#include <stdbool.h>
#include <sys/socket.h>
#include <uv.h>

struct listener;

struct listener_events {
	/* A new connection: non-blocking, close-on-exec, the callee's to close. */
	void (*on_accepted)(struct listener *listener, int fd, const struct sockaddr *peer);
	/* True while no more connections are wanted; they wait in the backlog. May be NULL. */
	bool (*is_full)(struct listener *listener);
	/* True while those accepted before have to be seen to first: another time, soon. May be NULL. */
	bool (*is_busy)(struct listener *listener);
	void (*on_closed)(struct listener *listener);
};

struct listener {
	uv_poll_t poll;
	uv_timer_t pause;
	int fd;
	int open_handles;
	const struct listener_events *events;
	void *owner;
	const char *name; /* for the log */
	bool is_closing;
	bool has_said_so; /* that it pauses, once until it has accepted again */
};

/* Takes over fd, a listening, non-blocking socket. name outlives it. 0 or a negative errno. */
int listener_init(struct listener *listener, uv_loop_t *loop, int fd, const char *name,
		  const struct listener_events *events, void *owner);

/* Starts closing; idempotent. on_closed is the last event. */
void listener_close(struct listener *listener);

#endif
