#include "agentd/regular_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int regular_file_read(const char *path, struct byte_buf *text)
{
	uint8_t block[16 * 1024];
	struct stat info;
	int err = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &info) != 0)
		err = -errno;
	else if (!S_ISREG(info.st_mode))
		err = -EINVAL;
	while (err == 0) {
		ssize_t len = read(fd, block, sizeof(block));

		if (len == 0)
			break;
		if (len > 0) {
			byte_buf_put_bytes(text, block, (size_t)len);
			err = byte_buf_status(text);
		} else if (errno != EINTR) {
			err = -errno;
		}
	}
	close(fd);
	return err;
}
