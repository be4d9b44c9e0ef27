/*
 * inherited_sockets.h - listening sockets that a service manager opened for us (sd_listen_fds(3)).
 *
 * LISTEN_FDS of them, from descriptor 3 on, are ours if LISTEN_PID is our process; LISTEN_FDNAMES has names for
 * messages. TCP sockets take links, Unix sockets are agents of the default id.
 */
#ifndef AGENTD_INHERITED_SOCKETS_H
#define AGENTD_INHERITED_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum { INHERITED_SOCKETS_MAX = 32 };

struct inherited_socket {
	int fd; /* non-blocking, close-on-exec; -1 once somebody took it over */
	struct sockaddr_storage address;
};

struct inherited_sockets {
	struct inherited_socket list[INHERITED_SOCKETS_MAX];
	size_t count;
};

/*
 * Takes what the environment tells of, and its variables, so that no child takes them for its own. Before
 * any fork. None is none. What cannot be used is reported, and a negative errno returned.
 */
int inherited_sockets_take(struct inherited_sockets *sockets);

/* True if any of them is of TCP (or of Unix). */
bool inherited_sockets_have(const struct inherited_sockets *sockets, bool is_unix);

bool inherited_socket_is_unix(const struct inherited_socket *socket);

/* Closes those that nobody took over. */
void inherited_sockets_close(struct inherited_sockets *sockets);

#endif
