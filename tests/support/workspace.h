/*
 * workspace.h - a temporary directory, and real tools at work in it.
 */
#ifndef TESTS_SUPPORT_WORKSPACE_H
#define TESTS_SUPPORT_WORKSPACE_H

#include <check.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/bytes.h"

enum { WORKSPACE_COMMAND_MAX = 1024 };

/* Runs a shell command made by printf; it must succeed. What it prints goes to the file "log". */
__attribute__((format(printf, 1, 2))) static inline void workspace_run(const char *format, ...)
{
	char command[WORKSPACE_COMMAND_MAX] = "exec >> log 2>&1; ";
	size_t len = strlen(command);
	va_list args;
	int added;

	va_start(args, format);
	added = vsnprintf(command + len, sizeof(command) - len, format, args);
	va_end(args);
	ck_assert_int_lt(added, (int)(sizeof(command) - len));
	/* NOLINTNEXTLINE(cert-env33-c,bugprone-command-processor): the commands are the tests' */
	if (system(command) == 0)
		return;
	/* NOLINTNEXTLINE(cert-env33-c,bugprone-command-processor) */
	(void)!system("tail -n 20 log >&2");
	ck_abort_msg("failed: %s", command);
}

static char workspace_path[64];

/* How many there are of the lower ones: to see that none is left open. */
static inline size_t open_descriptors(void)
{
	size_t count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* Makes the directory and goes there; for tcase_add_unchecked_fixture. */
static inline void workspace_enter(void)
{
	const char *parent = getenv("TMPDIR");
	int len = snprintf(workspace_path, sizeof(workspace_path), "%s/sfa-unit-XXXXXX",
			   parent != NULL ? parent : "/tmp");

	ck_assert_int_lt(len, (int)sizeof(workspace_path));
	ck_assert_ptr_nonnull(mkdtemp(workspace_path));
	ck_assert_int_eq(chdir(workspace_path), 0);
	umask(077);
}

static inline void workspace_leave(void)
{
	ck_assert_int_eq(chdir("/"), 0);
	workspace_run("rm -rf '%s'", workspace_path);
}

/* Appends the content of a file. */
static inline void workspace_read(const char *path, struct byte_buf *out)
{
	uint8_t block[4096];
	ssize_t len;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	ck_assert_msg(fd >= 0, "cannot open %s", path);
	while ((len = read(fd, block, sizeof(block))) > 0)
		byte_buf_put_bytes(out, block, (size_t)len);
	close(fd);
	ck_assert_int_eq(byte_buf_status(out), 0);
}

static inline void workspace_write(const char *path, struct byte_view content)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_msg(fd >= 0, "cannot create %s", path);
	ck_assert_int_eq(write(fd, content.ptr, content.len), (ssize_t)content.len);
	close(fd);
}

#endif
