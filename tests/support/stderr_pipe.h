/*
 * stderr_pipe.h - what the code under test writes to stderr, in a pipe: write by write, and as it comes. said.h keeps
 * all of it in a file.
 */
#ifndef TESTS_SUPPORT_STDERR_PIPE_H
#define TESTS_SUPPORT_STDERR_PIPE_H

#include <fcntl.h>
#include <unistd.h>

#include "tests/support/unit.h"

static int stderr_pipe[2]; /* neither end blocks */
static int stderr_before;
static char stderr_text[8192]; /* what was taken last */

static inline void stderr_pipe_begin(void)
{
	ck_assert_int_eq(pipe2(stderr_pipe, O_NONBLOCK), 0);
	stderr_before = dup(STDERR_FILENO);
	dup2(stderr_pipe[1], STDERR_FILENO);
}

/* What has been written since; as much as one read gives. */
static inline const char *stderr_pipe_take(void)
{
	ssize_t len = read(stderr_pipe[0], stderr_text, sizeof(stderr_text) - 1);

	stderr_text[len > 0 ? len : 0] = '\0';
	return stderr_text;
}

/* As stderr_pipe_take; stderr is what it was. */
static inline const char *stderr_pipe_end(void)
{
	dup2(stderr_before, STDERR_FILENO);
	close(stderr_before);
	stderr_pipe_take();
	close(stderr_pipe[0]);
	close(stderr_pipe[1]);
	return stderr_text;
}

#endif
