#include "common/spare_descriptors.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int spare_descriptors_check(int fd, unsigned count)
{
	int spare[SPARE_DESCRIPTORS_MAX];
	unsigned taken = 0;
	int err = 0;

	assert(count <= SPARE_DESCRIPTORS_MAX);
	while (err == 0 && taken < count) {
		spare[taken] = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		if (spare[taken] < 0)
			err = -errno;
		else
			taken++;
	}
	while (taken > 0)
		close(spare[--taken]);
	return err;
}
