/*
 * control.h - the control socket: how `ssh-forward-agentd token` and its likes ask the running daemon.
 *
 * One request a connection: a line of words, the first a verb, the rest NAME=VALUE; the answer is
 * "ok" or "error", a space, text, and the end of the stream. Served to the daemon's own user and
 * root only, and not to containers. What a verb does is in a file of its own (control_verb.h).
 */
#ifndef AGENTD_CONTROL_H
#define AGENTD_CONTROL_H

#include "agentd/front.h"

enum {
	CONTROL_LINE_MAX = 4096,
	CONTROL_ANSWER_MAX = 4 * 1024 * 1024, /* a status with thousands of links (status.h) */
};

/* Serves an accepted connection; takes over fd. */
void control_accept(struct front *front, int fd);

/* Starts closing; idempotent. */
void control_close(struct control *control);

struct status;

/* For the list in struct front. */
struct control {
	struct front *front;
	uv_pipe_t pipe;
	uv_timer_t deadline;
	uv_write_t write;
	struct byte_buf line;
	struct byte_buf answer;
	struct status *status; /* while the answer is put together, else NULL */
	int open_handles;
	bool is_closing;
	LIST_ENTRY(control) entry;
};

#endif
