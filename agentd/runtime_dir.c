#include "agentd/runtime_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"

static bool is_writable(const char *directory)
{
	return access(directory, W_OK | X_OK) == 0;
}

static int base_path(char path[RUNTIME_DIR_MAX])
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	int len;

	if (runtime != NULL && runtime[0] == '/')
		len = snprintf(path, RUNTIME_DIR_MAX, "%s/ssh-forward-agentd", runtime);
	else if (geteuid() == 0 && is_writable("/run"))
		len = snprintf(path, RUNTIME_DIR_MAX, "/run/ssh-forward-agentd");
	else if (geteuid() != 0 && is_writable("/tmp"))
		len = snprintf(path, RUNTIME_DIR_MAX, "/tmp/ssh-forward-agentd-%ld",
			       (long)geteuid());
	else if (is_writable("/dev/shm"))
		len = snprintf(path, RUNTIME_DIR_MAX, "/dev/shm/ssh-forward-agentd-%ld",
			       (long)geteuid());
	else
		return -EROFS;
	return len < RUNTIME_DIR_MAX - (int)sizeof("/ids/default.sock") ? 0 : -ENAMETOOLONG;
}

int runtime_dir_control_path(char path[RUNTIME_DIR_MAX])
{
	char base[RUNTIME_DIR_MAX];
	int err = base_path(base);

	if (err == 0 && snprintf(path, RUNTIME_DIR_MAX, "%s/control.sock", base) >= RUNTIME_DIR_MAX)
		err = -ENAMETOOLONG;
	return err;
}

/* A directory that is there must be ours and nobody else's business: /tmp is everybody's. */
static int make_directory(const char *path)
{
	struct stat info;

	if (mkdir(path, 0700) != 0 && errno != EEXIST) {
		log_error("cannot make the private directory %s: %s", path, strerror(errno));
		return -errno;
	}
	if (lstat(path, &info) != 0)
		return -errno;
	if (!S_ISDIR(info.st_mode) || info.st_uid != geteuid() || (info.st_mode & 077) != 0) {
		log_error("%s is not a directory of our own with mode 0700; remove it, or set "
			  "XDG_RUNTIME_DIR to one",
			  path);
		return -EPERM;
	}
	return 0;
}

/* Removes the sockets in a directory, and nothing else. */
static void remove_sockets(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		struct stat info;

		if (fstatat(dirfd(dir), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISSOCK(info.st_mode))
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	closedir(dir);
}

static void remove_content(const char *path)
{
	char ids[RUNTIME_DIR_MAX + sizeof("/ids")];

	snprintf(ids, sizeof(ids), "%s/ids", path);
	remove_sockets(ids);
	rmdir(ids);
	remove_sockets(path);
}

/* 0 and the lock, -EWOULDBLOCK if another daemon has it. */
static int take_lock(const char *path, int *lock_fd)
{
	char lock[RUNTIME_DIR_MAX + sizeof("/lock")];
	int fd;

	snprintf(lock, sizeof(lock), "%s/lock", path);
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		log_error("cannot make %s: %s", lock, strerror(errno));
		return -errno;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		return -EWOULDBLOCK;
	}
	*lock_fd = fd;
	return 0;
}

static int open_at(struct runtime_dir *dir)
{
	char ids[RUNTIME_DIR_MAX + sizeof("/ids")];
	int err = make_directory(dir->path);

	if (err == 0)
		err = take_lock(dir->path, &dir->lock_fd);
	if (err != 0)
		return err;
	remove_content(dir->path);
	snprintf(ids, sizeof(ids), "%s/ids", dir->path);
	return make_directory(ids);
}

int runtime_dir_open(struct runtime_dir *dir)
{
	size_t len;
	int err;

	*dir = (struct runtime_dir){.lock_fd = -1};
	err = base_path(dir->path);
	if (err == 0)
		err = open_at(dir);
	if (err == -EWOULDBLOCK) {
		len = strlen(dir->path);
		snprintf(dir->path + len, sizeof(dir->path) - len, ".%ld", (long)getpid());
		log_info("another ssh-forward-agentd of this user is running; this one's sockets "
			 "are in "
			 "%s",
			 dir->path);
		err = open_at(dir);
	}
	if (err == -ENAMETOOLONG)
		log_error("the path in XDG_RUNTIME_DIR is too long for a socket");
	return err;
}

void runtime_dir_close(struct runtime_dir *dir)
{
	char lock[RUNTIME_DIR_MAX + sizeof("/lock")];

	if (dir->lock_fd < 0)
		return;
	remove_content(dir->path);
	snprintf(lock, sizeof(lock), "%s/lock", dir->path);
	unlink(lock);
	rmdir(dir->path);
	close(dir->lock_fd);
	dir->lock_fd = -1;
}
