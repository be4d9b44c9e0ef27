#include "agentd/service_notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"

enum { MESSAGE_MAX = 512 };

/* A connected socket; a negative errno. */
static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(path);
	socklen_t address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	int fd;
	int err;

	if (path[0] != '/' && path[0] != '@')
		return -EAFNOSUPPORT;
	if (len >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, len);
	if (path[0] == '@')
		address.sun_path[0] = '\0'; /* the abstract name space */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, address_len) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

void service_notify_open(struct service_notify *notify)
{
	const char *path = getenv("NOTIFY_SOCKET");

	notify->fd = -1;
	if (path == NULL || path[0] == '\0')
		return;
	notify->fd = connect_to(path);
	if (notify->fd < 0)
		log_warn("the service manager cannot be told anything: NOTIFY_SOCKET=%s: %s", path,
			 strerror(-notify->fd));
	unsetenv("NOTIFY_SOCKET");
}

void service_notify_close(struct service_notify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	notify->fd = -1;
}

static void notify_send(const struct service_notify *notify, const char *message)
{
	if (notify->fd >= 0 && send(notify->fd, message, strlen(message), MSG_NOSIGNAL) < 0)
		log_warn("the service manager was not told %.*s: %s", (int)strcspn(message, "\n"),
			 message, strerror(errno));
}

void service_notify_ready(const struct service_notify *notify, const char *status)
{
	char message[MESSAGE_MAX];

	snprintf(message, sizeof(message), "READY=1\nSTATUS=%s", status);
	notify_send(notify, message);
}

void service_notify_reloading(const struct service_notify *notify)
{
	struct timespec now;
	char message[MESSAGE_MAX];

	clock_gettime(CLOCK_MONOTONIC, &now);
	/* The time is what Type=notify-reload (systemd 253) waits for; others pass over it. */
	snprintf(message, sizeof(message), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		 (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
	notify_send(notify, message);
}

void service_notify_stopping(const struct service_notify *notify)
{
	notify_send(notify, "STOPPING=1\nSTATUS=Ending; no new connections");
}
