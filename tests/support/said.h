/*
 * said.h - what the code under test says on stderr, kept in the file "said" of the workspace.
 */
#ifndef TESTS_SUPPORT_SAID_H
#define TESTS_SUPPORT_SAID_H

#include "common/log.h"
#include "tests/support/workspace.h"

enum { SAID_LEN_MAX = 64 * 1024 };

/* From now on stderr goes to the file, which is empty at first. */
static inline void said_begin(void)
{
	int fd = open("said", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_ge(dup2(fd, STDERR_FILENO), 0);
	close(fd);
	log_init("test", LOG_LEVEL_INFO);
}

static inline void said_forget(void)
{
	ck_assert_int_eq(truncate("said", 0), 0);
}

static inline bool said_has(const char *text)
{
	struct byte_buf said;
	bool has;

	byte_buf_init(&said, SAID_LEN_MAX);
	workspace_read("said", &said);
	has = said.len > 0 && memmem(said.data, said.len, text, strlen(text)) != NULL;
	byte_buf_deinit(&said);
	return has;
}

static inline void said_expect(const char *text)
{
	struct byte_buf said;

	if (said_has(text))
		return;
	byte_buf_init(&said, SAID_LEN_MAX);
	workspace_read("said", &said);
	ck_abort_msg("\"%s\" is not in: %.*s", text, (int)said.len, (const char *)said.data);
}

#endif
