/*
 * memory_file.h - an input as a file that has a path, and is nowhere on a disk.
 */
#ifndef TESTS_FUZZ_MEMORY_FILE_H
#define TESTS_FUZZ_MEMORY_FILE_H

#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

/* The one file, with these bytes in the place of what it had. Its path, which stays the same. */
static inline const char *memory_file_write(struct byte_view bytes)
{
	static int fd = -1;
	static char path[64];

	if (fd < 0) {
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	FUZZ_CHECK(fd >= 0 && ftruncate(fd, 0) == 0);
	FUZZ_CHECK(pwrite(fd, bytes.ptr, bytes.len, 0) == (ssize_t)bytes.len);
	return path;
}

#endif
