#include "shim/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int descriptors_check(void)
{
	int fds[DESCRIPTORS_NEEDED];
	int count = 0;
	int err = 0;

	while (err == 0 && count < DESCRIPTORS_NEEDED) {
		fds[count] = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
		if (fds[count] < 0)
			err = -errno;
		else
			count++;
	}
	while (count > 0)
		close(fds[--count]);
	return err;
}
