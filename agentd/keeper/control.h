/*
 * control.h - what the front asks of the keeper, over a SOCK_SEQPACKET pair.
 *
 * One message, one packet: a byte that says which, then for CONTROL_SERVE the id, with the stream
 * as SCM_RIGHTS. The keeper's only message is the first one: how loading went.
 */
#ifndef AGENTD_KEEPER_CONTROL_H
#define AGENTD_KEEPER_CONTROL_H

#include "common/bytes.h"

enum control_verb {
	CONTROL_SERVE = 'S',
	CONTROL_FORGET = 'F',
};

enum { CONTROL_ID_MAX = 1024 };

/* fd: -1 for none. 0, -EAGAIN, -EPIPE, -EINVAL (the id is too long). */
int control_send(int control_fd, enum control_verb verb, struct byte_view id, int fd);

struct control_message {
	enum control_verb verb;
	size_t id_len;
	uint8_t id[CONTROL_ID_MAX];
	int fd; /* the receiver's to close, or -1 */
};

/* Never blocks. 0; -EAGAIN: nothing there; -EPIPE: the front is gone; -EBADMSG: not a message. */
int control_receive(int control_fd, struct control_message *message);

/* The keeper's report to keeper_start: 0, or the negative errno of loading. */
int control_send_status(int control_fd, int status);

/* The same, without blocking: also -EAGAIN while there is none. */
int control_poll_status(int control_fd, int *status);

/* Blocks until the report is there. 0 and *status, or -EPIPE: the keeper died without one. */
int control_receive_status(int control_fd, int *status);

#endif
