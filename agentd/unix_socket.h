/*
 * unix_socket.h - listening on a path, and connecting to one.
 */
#ifndef AGENTD_UNIX_SOCKET_H
#define AGENTD_UNIX_SOCKET_H

/*
 * Binds, mode 0600, and listens, non-blocking. A socket that nobody answers on any more is
 * replaced; anything else at path is left alone. The descriptor, or a negative errno:
 * -EADDRINUSE if somebody answers, -ENAMETOOLONG.
 */
int unix_socket_listen(const char *path);

/* Connects, blocking: waits where the listener's backlog is full. The descriptor or a negative
 * errno. */
int unix_socket_connect(const char *path);

/* Whether somebody listens, busy or not; never waits. 0 or a negative errno, such as
 * -ECONNREFUSED. */
int unix_socket_probe(const char *path);

#endif
