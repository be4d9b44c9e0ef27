/*
 * full_log.h - an audit log in the file "audit.log" of the workspace, whose file system fills up when a
 * test wants it to. SIGXFSZ is to be ignored.
 */
#ifndef TESTS_SUPPORT_FULL_LOG_H
#define TESTS_SUPPORT_FULL_LOG_H

#include <sys/resource.h>

#include "agentd/audit.h"
#include "tests/support/workspace.h"

/* One line, so long that a limit on the size of files hits nothing else that a test writes. */
static inline void full_log_make(void)
{
	workspace_run("python3 -c 'print(\"[\" + \" \" * 300000 + \"]\")' > audit.log");
}

/* The log may grow by so many bytes and no more; negative: without limit. */
static inline void full_log_limit(long bytes)
{
	struct rlimit limit;
	struct stat info;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(stat("audit.log", &info), 0);
	limit.rlim_cur = bytes < 0 ? limit.rlim_max : (rlim_t)(info.st_size + bytes);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Runs the loop until lines are written again. */
static inline void full_log_await_recovery(uv_loop_t *loop, struct audit *audit)
{
	uv_ref((uv_handle_t *)&audit->writer.retry);
	while (audit->writer.failure != 0)
		uv_run(loop, UV_RUN_ONCE);
	uv_unref((uv_handle_t *)&audit->writer.retry);
}

#endif
