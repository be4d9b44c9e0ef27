#include "agentd/audit_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *absolute_path(const char *path)
{
	char here[PATH_MAX];
	char *absolute = NULL;

	if (path[0] == '/')
		return strdup(path);
	if (getcwd(here, sizeof(here)) == NULL || asprintf(&absolute, "%s/%s", here, path) < 0)
		return NULL;
	return absolute;
}

static int check(int fd, char fault[AUDIT_FAULT_MAX])
{
	struct stat info;
	const char *what = NULL;

	if (fstat(fd, &info) != 0)
		return -errno;
	if (!S_ISREG(info.st_mode))
		what = "it is no regular file";
	else if (info.st_uid != geteuid() && info.st_uid != 0)
		what = "it belongs to another user";
	else if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		what = "others may write to it; chmod go-w";
	if (what == NULL)
		return 0;
	snprintf(fault, AUDIT_FAULT_MAX, "%s", what);
	return -EPERM;
}

/* The descriptor or a negative errno. */
static int open_checked(const char *path, char fault[AUDIT_FAULT_MAX])
{
	/* Not blocking: for a FIFO, which is refused, but only once it is open. */
	int fd =
		open(path,
		     O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		     0600);
	int err;

	if (fd < 0) {
		err = -errno;
		snprintf(fault, AUDIT_FAULT_MAX, "%s",
			 err == -ELOOP	 ? "it is a symbolic link"
			 : err == -ENXIO ? "it is no regular file"
					 : strerror(-err));
		return err;
	}
	err = check(fd, fault);
	if (err < 0) {
		close(fd);
		return err;
	}
	return fd;
}

int audit_file_open(struct audit_file *file, const char *path, char fault[AUDIT_FAULT_MAX])
{
	*file = (struct audit_file){.fd = -1, .path = absolute_path(path)};
	if (file->path == NULL) {
		snprintf(fault, AUDIT_FAULT_MAX, "%s", strerror(errno));
		return -errno;
	}
	file->fd = open_checked(file->path, fault);
	return file->fd < 0 ? file->fd : 0;
}

static void drop_rest(struct audit_file *file)
{
	free(file->rest);
	file->rest = NULL;
	file->rest_len = 0;
}

int audit_file_reopen(struct audit_file *file, char fault[AUDIT_FAULT_MAX])
{
	int fd = open_checked(file->path, fault);
	struct stat before;
	struct stat after;

	if (fd < 0)
		return fd;
	/* The end of a line belongs into the file that has its beginning. */
	if (file->rest != NULL && fstat(file->fd, &before) == 0 && fstat(fd, &after) == 0 &&
	    (before.st_ino != after.st_ino || before.st_dev != after.st_dev)) {
		(void)!write(file->fd, file->rest, file->rest_len);
		drop_rest(file);
	}
	close(file->fd);
	file->fd = fd;
	return 0;
}

/* All of it, unless there is an error. Returns what was written. */
static size_t write_all(int fd, const struct iovec *lines, size_t count, int *err)
{
	size_t total = 0;
	size_t offset = 0; /* into the first of lines */

	*err = 0;
	while (count > 0) {
		ssize_t len;

		if (offset == 0)
			len = writev(fd, lines, (int)count);
		else
			len = write(fd, (char *)lines->iov_base + offset, lines->iov_len - offset);
		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0) {
			*err = len < 0 ? -errno : -ENOSPC;
			break;
		}
		total += (size_t)len;
		offset += (size_t)len;
		while (count > 0 && offset >= lines->iov_len) {
			offset -= lines->iov_len;
			lines++;
			count--;
		}
	}
	return total;
}

/*
 * The file ends with torn_len bytes of line. They are taken back, unless somebody else has appended
 * to the file meanwhile, or it cannot be cut (chattr +a): then the rest waits.
 */
static void mend(struct audit_file *file, off_t end, const struct iovec *line, size_t torn_len)
{
	struct stat info;

	if (fstat(file->fd, &info) == 0 && info.st_size == end &&
	    ftruncate(file->fd, end - (off_t)torn_len) == 0)
		return;
	file->rest_len = line->iov_len - torn_len;
	file->rest = malloc(file->rest_len);
	if (file->rest != NULL)
		memcpy(file->rest, (char *)line->iov_base + torn_len, file->rest_len);
	else
		file->rest_len = 0;
}

static int write_rest(struct audit_file *file)
{
	struct iovec rest = {.iov_base = file->rest, .iov_len = file->rest_len};
	size_t written;
	int err;

	if (file->rest == NULL)
		return 0;
	written = write_all(file->fd, &rest, 1, &err);
	file->rest_len -= written;
	memmove(file->rest, file->rest + written, file->rest_len);
	if (err == 0)
		drop_rest(file);
	return err;
}

int audit_file_write(struct audit_file *file, const struct iovec *lines, size_t count, size_t *done)
{
	struct stat before;
	size_t written;
	size_t torn;
	int err;

	*done = 0;
	err = write_rest(file);
	if (err == 0 && fstat(file->fd, &before) != 0)
		err = -errno;
	if (err != 0)
		return err;
	written = write_all(file->fd, lines, count, &err);
	torn = written;
	while (*done < count && torn >= lines[*done].iov_len)
		torn -= lines[(*done)++].iov_len;
	if (torn > 0)
		mend(file, before.st_size + (off_t)written, &lines[*done], torn);
	return err;
}

void audit_file_close(struct audit_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	drop_rest(file);
	free(file->path);
	*file = (struct audit_file){.fd = -1};
}
