#include "shim/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_FLAGS = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC };

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* A stream of its own over the directory open at fd; NULL, and errno. */
static DIR *open_stream(int fd)
{
	int copy = openat(fd, ".", OPEN_FLAGS | O_DIRECTORY);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;

	if (dir == NULL && copy >= 0)
		close(copy);
	return dir;
}

/* An x for every r. */
static mode_t with_entry(mode_t mode)
{
	return mode | (mode & 0444) >> 2;
}

static int set_own_access(int fd, const struct stat *st, const struct tree_access *access)
{
	mode_t mode = S_ISDIR(st->st_mode) || (st->st_mode & S_IXUSR) != 0
			      ? with_entry(access->mode)
			      : access->mode;

	/* The owner last: then it is not ours any more. */
	if (fchmod(fd, mode) != 0)
		return -errno;
	if ((access->uid != (uid_t)-1 || access->gid != (gid_t)-1) &&
	    fchown(fd, access->uid, access->gid) != 0)
		return -errno;
	return 0;
}

static int set_access(int fd, const struct tree_access *access, int depth);

static int set_entry_access(int dir_fd, const char *name, const struct tree_access *access,
			    int depth)
{
	struct stat st;
	int fd;
	int err;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -errno;
	if (S_ISLNK(st.st_mode)) {
		err = fchownat(dir_fd, name, access->uid, access->gid, AT_SYMLINK_NOFOLLOW);
		return err == 0 ? 0 : -errno;
	}
	fd = openat(dir_fd, name, OPEN_FLAGS);
	if (fd < 0)
		return -errno;
	err = set_access(fd, access, depth + 1);
	close(fd);
	return err;
}

/* Children first: a directory of somebody else's may be closed to us. */
static int set_access(int fd, const struct tree_access *access, int depth)
{
	struct dirent *entry;
	struct stat st;
	DIR *dir;
	int err = 0;

	if (depth > TREE_DEPTH_MAX)
		return -ELOOP;
	if (fstat(fd, &st) != 0)
		return -errno;
	if (S_ISDIR(st.st_mode)) {
		dir = open_stream(fd);
		if (dir == NULL)
			return -errno;
		while (err == 0 && (entry = readdir(dir)) != NULL) {
			if (!is_dots(entry->d_name))
				err = set_entry_access(fd, entry->d_name, access, depth);
		}
		closedir(dir);
	}
	return err == 0 ? set_own_access(fd, &st, access) : err;
}

int tree_set_access(int fd, const struct tree_access *access)
{
	return set_access(fd, access, 0);
}

static void remove_at(int parent_fd, const char *name, int depth)
{
	int fd = -1;
	struct dirent *entry;
	DIR *dir;

	if (unlinkat(parent_fd, name, 0) == 0 || depth > TREE_DEPTH_MAX)
		return;
	/* A directory that its owner may not change is still to go. */
	(void)fchmodat(parent_fd, name, 0700, AT_SYMLINK_NOFOLLOW);
	fd = openat(parent_fd, name, OPEN_FLAGS | O_DIRECTORY);
	if (fd < 0)
		return;
	(void)fchmod(fd, 0700);
	dir = open_stream(fd);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (!is_dots(entry->d_name))
			remove_at(fd, entry->d_name, depth + 1);
	}
	if (dir != NULL)
		closedir(dir);
	close(fd);
	unlinkat(parent_fd, name, AT_REMOVEDIR);
}

void tree_remove(int parent_fd, const char *name)
{
	remove_at(parent_fd, name, 0);
}
