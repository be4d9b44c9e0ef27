/*
 * hush.h - quiet on stderr, while something says to people what an input makes it say. FUZZ_LOUD lets all be heard,
 * a sanitizer's report included.
 */
#ifndef TESTS_FUZZ_HUSH_H
#define TESTS_FUZZ_HUSH_H

#include <fcntl.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

static int hush_stderr_fd = -1;
static int hush_null_fd = -1;

static inline void hush_begin(void)
{
	if (hush_null_fd < 0) {
		hush_stderr_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
		hush_null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
		FUZZ_CHECK(hush_stderr_fd >= 0 && hush_null_fd >= 0);
	}
	if (getenv("FUZZ_LOUD") == NULL)
		FUZZ_CHECK(dup2(hush_null_fd, STDERR_FILENO) == STDERR_FILENO);
}

static inline void hush_end(void)
{
	FUZZ_CHECK(dup2(hush_stderr_fd, STDERR_FILENO) == STDERR_FILENO);
}

#endif
