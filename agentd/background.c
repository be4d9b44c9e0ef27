#include "agentd/background.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Its status, or 1 for anything that is none. */
static int status_of(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return 1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int background_fork(void)
{
	int ready[2];
	pid_t child;
	char byte;
	ssize_t len;

	if (pipe2(ready, O_CLOEXEC) != 0)
		return -errno;
	child = fork();
	if (child < 0)
		return -errno;
	if (child == 0) {
		close(ready[0]);
		return ready[1];
	}
	close(ready[1]);
	do
		len = read(ready[0], &byte, 1);
	while (len < 0 && errno == EINTR);
	_exit(len == 1 ? 0 : status_of(child)); /* nothing of ours is buffered */
}

void background_ready(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		if (null > STDERR_FILENO)
			close(null);
	}
	if (write(fd, "r", 1) < 0)
		_exit(1); /* the parent is gone: nobody knows of us */
	close(fd);
}
