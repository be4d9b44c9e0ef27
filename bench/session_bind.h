/*
 * session_bind.h - a session-bind request (PROTOCOL.agent of OpenSSH) as ssh sends it ahead of a login: so that
 * an id whose policy names hosts can be measured.
 *
 * The host is one that does not exist; its key is made of a constant, and opens nothing.
 */
#ifndef BENCH_SESSION_BIND_H
#define BENCH_SESSION_BIND_H

#include "common/bytes.h"

/* Appends the frame that binds a connection to session_id, signed by that host. 0, -ENOMEM. */
int session_bind_append(struct byte_buf *frame, struct byte_view session_id);

/* The host's key, `ssh-ed25519 BASE64` as known_hosts has it, with a NUL. 0, -ENOMEM. */
int session_bind_host_key(struct byte_buf *line);

#endif
