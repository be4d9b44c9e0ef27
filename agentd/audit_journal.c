#include "agentd/audit_journal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A journal that takes nothing for so long is at fault. */
enum { JOURNAL_PATIENCE_MS = 1000 };

int audit_journal_open(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;
	int err;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

static int send_entry(int fd, const struct iovec *entry)
{
	struct pollfd out = {.fd = fd, .events = POLLOUT};

	for (;;) {
		if (send(fd, entry->iov_base, entry->iov_len, MSG_NOSIGNAL) >= 0)
			return 0;
		if (errno == EAGAIN && poll(&out, 1, JOURNAL_PATIENCE_MS) == 0)
			return -ETIMEDOUT;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
	}
}

int audit_journal_write(int fd, const struct iovec *entries, size_t count, size_t *done)
{
	int err = 0;

	for (*done = 0; err == 0 && *done < count; *done += err == 0)
		err = send_entry(fd, &entries[*done]);
	return err;
}
