#include "agentd/unix_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { UNIX_SOCKET_BACKLOG = 1024 };

static int set_path(struct sockaddr_un *address, const char *path)
{
	size_t len = strlen(path);

	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (len >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	memcpy(address->sun_path, path, len);
	return 0;
}

static int connect_with(const char *path, int socket_flags)
{
	struct sockaddr_un address;
	int err = set_path(&address, path);
	int fd;

	if (err != 0)
		return err;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | socket_flags, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

int unix_socket_connect(const char *path)
{
	return connect_with(path, 0);
}

int unix_socket_probe(const char *path)
{
	int fd = connect_with(path, SOCK_NONBLOCK);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || fd == -EAGAIN ? 0 : fd;
}

/* Only a socket, and only one that refuses connections, is anybody's to remove. */
static int remove_dead_socket(const char *path)
{
	struct stat info;

	if (lstat(path, &info) != 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(info.st_mode))
		return -EEXIST;
	if (unix_socket_probe(path) != -ECONNREFUSED)
		return -EADDRINUSE;
	return unlink(path) == 0 ? 0 : -errno;
}

int unix_socket_listen(const char *path)
{
	struct sockaddr_un address;
	mode_t mask;
	int err = set_path(&address, path);
	int fd;

	if (err == 0)
		err = remove_dead_socket(path);
	if (err != 0)
		return err;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	mask = umask(0177);
	err = bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ? 0 : -errno;
	umask(mask);
	if (err == 0 && listen(fd, UNIX_SOCKET_BACKLOG) == 0)
		return fd;
	err = err != 0 ? err : -errno;
	close(fd);
	return err;
}
