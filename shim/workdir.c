#include "shim/workdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "common/log.h"
#include "shim/tree.h"

enum {
	CREATE_TRIES = 16,
	WORKDIR_FAULT_SIZE = 512,
	NAME_SIZE = sizeof(WORKDIR_PREFIX) + 16,
};

static bool is_memory_filesystem(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
}

/*
 * What is of this type (S_IFSOCK, S_IFLNK) in a directory of ours, and then the directory. Links are
 * taken away, not followed.
 */
static void remove_directory(int parent_fd, const char *name, mode_t type)
{
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	struct stat st;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    (st.st_mode & S_IFMT) == type)
			unlinkat(fd, entry->d_name, 0);
	}
	closedir(dir);
	unlinkat(parent_fd, name, AT_REMOVEDIR);
}

/* Only what we know to be ours, then the directory if it is empty then. */
static void remove_entry(int parent_fd, int fd, const char *name)
{
	unlinkat(fd, WORKDIR_SOCKET, 0);
	unlinkat(fd, WORKDIR_KNOWN_HOSTS, 0);
	unlinkat(fd, WORKDIR_ROUTES, 0);
	remove_directory(fd, WORKDIR_IDS, S_IFSOCK);
	remove_directory(fd, WORKDIR_BIN, S_IFLNK);
	tree_remove(fd, WORKDIR_SECRETS);
	unlinkat(parent_fd, name, AT_REMOVEDIR);
}

/* Takes away name if it is a directory of ours whose shim is dead. */
static void sweep_entry(int parent_fd, const char *name)
{
	struct stat st;
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0)
		remove_entry(parent_fd, fd, name);
	close(fd);
}

static void sweep(int parent_fd)
{
	int fd = openat(parent_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (strncmp(entry->d_name, WORKDIR_PREFIX, strlen(WORKDIR_PREFIX)) == 0)
			sweep_entry(parent_fd, entry->d_name);
	}
	closedir(dir);
}

/*
 * Makes a directory and locks it. A sweep by another shim may come between the two and take the
 * directory for a dead one's; then we try again.
 */
static int make_locked(int parent_fd, mode_t mode, char name[NAME_SIZE])
{
	uint64_t random;
	struct stat st;
	int err;
	int fd;

	for (int i = 0; i < CREATE_TRIES; i++) {
		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			return -EIO;
		snprintf(name, NAME_SIZE, WORKDIR_PREFIX "%012llx",
			 (unsigned long long)(random & 0xffffffffffff));
		if (mkdirat(parent_fd, name, 0700) != 0) {
			if (errno == EEXIST)
				continue;
			return -errno;
		}
		fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0 && errno != ENOENT) {
			err = -errno;
			unlinkat(parent_fd, name, AT_REMOVEDIR);
			return err;
		}
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 &&
		    st.st_nlink > 0 && fchmod(fd, mode) == 0)
			return fd;
		if (fd >= 0)
			close(fd);
		unlinkat(parent_fd, name, AT_REMOVEDIR);
	}
	return -EAGAIN;
}

static int name_paths(const char *parent, const char *name, struct workdir *workdir)
{
	int len = snprintf(workdir->socket_path, sizeof(workdir->socket_path), "%s/%s/%s", parent,
			   name, WORKDIR_SOCKET);

	if (len < 0 || (size_t)len >= sizeof(workdir->socket_path))
		return -ENAMETOOLONG;
	snprintf(workdir->path, sizeof(workdir->path), "%.*s",
		 len - (int)strlen("/" WORKDIR_SOCKET), workdir->socket_path);
	return 0;
}

int workdir_create_in(const char *parent, enum workdir_access access, struct workdir *out)
{
	struct workdir workdir = {.parent_fd = -1, .fd = -1};
	char name[NAME_SIZE];
	int err;

	if (parent[0] != '/') /* the command may have another working directory */
		return -EINVAL;
	workdir.parent_fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (workdir.parent_fd < 0)
		return -errno;
	workdir.is_on_disk = !is_memory_filesystem(workdir.parent_fd);
	sweep(workdir.parent_fd);
	if (fstat(workdir.parent_fd, &workdir.parent_time.before) != 0) {
		err = -errno;
		goto fail;
	}
	workdir.fd = make_locked(workdir.parent_fd, access == WORKDIR_PRIVATE ? 0700 : 0711, name);
	if (workdir.fd < 0) {
		err = workdir.fd;
		goto fail;
	}
	err = name_paths(parent, name, &workdir);
	if (err != 0) {
		remove_entry(workdir.parent_fd, workdir.fd, name);
		close(workdir.fd);
		goto fail;
	}
	(void)fstat(workdir.parent_fd, &workdir.parent_time.after);
	*out = workdir;
	return 0;
fail:
	close(workdir.parent_fd);
	return err;
}

static bool is_memory_directory(const char *path)
{
	int fd = path != NULL ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	bool is_memory = fd >= 0 && is_memory_filesystem(fd);

	if (fd >= 0)
		close(fd);
	return is_memory;
}

int workdir_create(enum workdir_access access, struct workdir *out, char *error, size_t error_size)
{
	/* In a container /dev is a tmpfs, always, where only root may write; in no layer either way. */
	const char *const in_memory[] = {"/dev/shm", getenv("XDG_RUNTIME_DIR"), "/run", "/dev"};
	const char *tmpdir = getenv("TMPDIR");
	const char *on_disk = tmpdir != NULL && tmpdir[0] == '/' ? tmpdir : "/tmp";
	char in_memory_fault[WORKDIR_FAULT_SIZE] = "none is a writable tmpfs";
	bool is_full = false;
	int err;

	for (size_t i = 0; i < sizeof(in_memory) / sizeof(in_memory[0]); i++) {
		if (!is_memory_directory(in_memory[i]))
			continue;
		err = workdir_create_in(in_memory[i], access, out);
		if (err == 0)
			return 0;
		/* What is there, and full, is what should be mended. */
		if (is_full || (err != -ENOSPC && err != -EDQUOT))
			continue;
		is_full = true;
		snprintf(in_memory_fault, sizeof(in_memory_fault), "none has room (%s: %s)",
			 in_memory[i], strerror(-err));
	}
	err = workdir_create_in(on_disk, access, out);
	if (err != 0) {
		snprintf(error, error_size,
			 "no directory for the agent socket: of /dev/shm, $XDG_RUNTIME_DIR and "
			 "/run, "
			 "%s, and %s: %s; mount a tmpfs (docker run --tmpfs /run) or set TMPDIR",
			 in_memory_fault, on_disk, strerror(-err));
		return -ENOENT;
	}
	if (out->is_on_disk)
		log_warn("the agent socket is in %s, on disk: killed with SIGKILL, the shim would "
			 "leave it there (of /dev/shm, $XDG_RUNTIME_DIR and /run, %s)",
			 out->path, in_memory_fault);
	return 0;
}

void workdir_remove(struct workdir *workdir)
{
	const char *name = strrchr(workdir->path, '/') + 1;
	struct stat now;
	bool has_now = fstat(workdir->parent_fd, &now) == 0;

	remove_entry(workdir->parent_fd, workdir->fd, name);
	if (workdir->is_on_disk && has_now)
		dir_time_restore(workdir->parent_fd, &workdir->parent_time, &now);
	close(workdir->fd);
	close(workdir->parent_fd);
}
