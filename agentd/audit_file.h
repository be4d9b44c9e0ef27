/*
 * audit_file.h - a file that only grows, by whole lines.
 *
 * Its functions may wait for a disk; they are called from a thread of their own, one at a time.
 */
#ifndef AGENTD_AUDIT_FILE_H
#define AGENTD_AUDIT_FILE_H

#include <stddef.h>
#include <sys/uio.h>

struct audit_file {
	char *path; /* absolute: the daemon may change its directory */
	int fd;
	char *rest; /* of a line that could be written in part only, and not be taken back */
	size_t rest_len;
};

enum { AUDIT_FAULT_MAX = 256 };

/*
 * Opens path for appending, made with mode 0600. What is no regular file, is a symbolic link,
 * belongs to a stranger, or may be written by others, is refused. 0; or a negative errno, and fault
 * says why.
 */
int audit_file_open(struct audit_file *file, const char *path, char fault[AUDIT_FAULT_MAX]);

/* Opens the path anew, after a rotation. When that fails, goes on with the file it has; as above. */
int audit_file_reopen(struct audit_file *file, char fault[AUDIT_FAULT_MAX]);

/*
 * Appends lines, each whole. *done: how many of them are in the file, all of it for 0. A negative errno:
 * the first that is not was not written for that, and no part of it is left in the file, or its rest
 * is written before anything else.
 */
int audit_file_write(struct audit_file *file, const struct iovec *lines, size_t count,
		     size_t *done);

void audit_file_close(struct audit_file *file);

#endif
