#include "shim/write_all.h"

#include <errno.h>
#include <unistd.h>

int write_all(int fd, struct byte_view bytes)
{
	while (bytes.len > 0) {
		ssize_t written = write(fd, bytes.ptr, bytes.len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written < 0 ? -errno : -EIO;
		bytes.ptr += written;
		bytes.len -= (size_t)written;
	}
	return 0;
}
