/*
 * capture.h - what is said to people on stdout or stderr, kept to be looked at. FUZZ_LOUD lets all be heard, a
 * sanitizer's report included, and nothing is kept.
 */
#ifndef TESTS_FUZZ_CAPTURE_H
#define TESTS_FUZZ_CAPTURE_H

#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

enum { CAPTURE_MAX = 256 * 1024 };

/* fd is set by the owner, the rest zero; it opens two descriptors when it is first used, which stay. */
struct capture {
	int fd;
	int file_fd;
	int saved_fd;
	char text[CAPTURE_MAX + 1];
};

static inline bool capture_is_on(void)
{
	return getenv("FUZZ_LOUD") == NULL;
}

static inline void capture_begin(struct capture *capture)
{
	if (capture->file_fd == 0) {
		capture->file_fd = memfd_create("said", MFD_CLOEXEC);
		capture->saved_fd = dup(capture->fd);
		FUZZ_CHECK(capture->file_fd > 0 && capture->saved_fd >= 0);
	}
	fflush(NULL);
	FUZZ_CHECK(ftruncate(capture->file_fd, 0) == 0 &&
		   lseek(capture->file_fd, 0, SEEK_SET) == 0);
	if (capture_is_on())
		FUZZ_CHECK(dup2(capture->file_fd, capture->fd) == capture->fd);
}

/* What was said since then. */
static inline const char *capture_end(struct capture *capture)
{
	ssize_t len;

	fflush(NULL);
	FUZZ_CHECK(dup2(capture->saved_fd, capture->fd) == capture->fd);
	len = pread(capture->file_fd, capture->text, CAPTURE_MAX, 0);
	FUZZ_CHECK(len >= 0);
	capture->text[len] = '\0';
	return capture->text;
}

/* Lines that begin so, and have no more in them than can be shown; the number of them. */
static inline unsigned capture_check_lines(const char *text, const char *prefix)
{
	unsigned count = 0;

	for (const char *line = text; *line != '\0'; count++) {
		FUZZ_CHECK(strncmp(line, prefix, strlen(prefix)) == 0);
		for (; *line != '\n'; line++)
			FUZZ_CHECK((uint8_t)*line >= 0x20 && *line != 0x7f);
		line++;
	}
	return count;
}

#endif
