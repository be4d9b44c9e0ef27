#include "agentd/inherited_sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "common/number.h"

enum { FIRST_FD = 3 }; /* SD_LISTEN_FDS_START */

/* Why a descriptor is no use, or NULL; fills in socket. */
static const char *inspect(struct inherited_socket *socket)
{
	socklen_t len = sizeof(socket->address);
	int type = 0;
	int listens = 0;
	socklen_t int_len = sizeof(type);
	int flags;

	if (fcntl(socket->fd, F_GETFD) < 0)
		return "it is not open; LISTEN_FDS is too high";
	if (getsockopt(socket->fd, SOL_SOCKET, SO_TYPE, &type, &int_len) != 0)
		return "it is no socket";
	if (getsockname(socket->fd, (struct sockaddr *)&socket->address, &len) != 0)
		return strerror(errno);
	if (type != SOCK_STREAM ||
	    (socket->address.ss_family != AF_INET && socket->address.ss_family != AF_INET6 &&
	     socket->address.ss_family != AF_UNIX))
		return "it is neither a TCP nor a Unix stream socket; use ListenStream=";
	int_len = sizeof(listens);
	if (getsockopt(socket->fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &int_len) != 0 || !listens)
		return "it does not listen, but is a connection; use Accept=no";
	flags = fcntl(socket->fd, F_GETFL);
	if (flags < 0 || fcntl(socket->fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
	    fcntl(socket->fd, F_SETFD, FD_CLOEXEC) != 0)
		return strerror(errno);
	return NULL;
}

static bool is_for_us(const char *pid_text)
{
	unsigned long pid;

	return pid_text != NULL && number_parse(pid_text, 1, INT_MAX, &pid) == 0 &&
	       (pid_t)pid == getpid();
}

static int take(struct inherited_sockets *sockets, const char *count_text, const char *names)
{
	unsigned long count;

	if (number_parse(count_text, 0, INHERITED_SOCKETS_MAX, &count) != 0) {
		log_error("LISTEN_FDS=%s: as many sockets as 0 to %d can be taken over", count_text,
			  INHERITED_SOCKETS_MAX);
		return -EINVAL;
	}
	for (size_t i = 0; i < count; i++) {
		struct inherited_socket *socket = &sockets->list[i];
		size_t name_len = strcspn(names, ":");
		const char *reason;

		*socket = (struct inherited_socket){.fd = FIRST_FD + (int)i};
		reason = inspect(socket);
		if (reason != NULL) {
			log_error(
				"socket %zu of the service manager (descriptor %d%s%.*s) cannot be "
				"used: %s",
				i + 1, socket->fd, name_len > 0 ? ", " : "", (int)name_len, names,
				reason);
			return -EINVAL;
		}
		sockets->count++;
		names += name_len + (names[name_len] == ':');
	}
	return 0;
}

int inherited_sockets_take(struct inherited_sockets *sockets)
{
	const char *count = getenv("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");
	int err = 0;

	*sockets = (struct inherited_sockets){0};
	if (count != NULL && is_for_us(getenv("LISTEN_PID")))
		err = take(sockets, count, names != NULL ? names : "");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDNAMES");
	return err;
}

bool inherited_socket_is_unix(const struct inherited_socket *socket)
{
	return socket->address.ss_family == AF_UNIX;
}

bool inherited_sockets_have(const struct inherited_sockets *sockets, bool is_unix)
{
	for (size_t i = 0; i < sockets->count; i++) {
		if (inherited_socket_is_unix(&sockets->list[i]) == is_unix)
			return true;
	}
	return false;
}

void inherited_sockets_close(struct inherited_sockets *sockets)
{
	for (size_t i = 0; i < sockets->count; i++) {
		if (sockets->list[i].fd >= 0)
			close(sockets->list[i].fd);
	}
	sockets->count = 0;
}
