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

/* Connects, blocking. The descriptor or a negative errno. */
int unix_socket_connect(const char *path);

#endif
