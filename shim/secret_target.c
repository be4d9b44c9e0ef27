#include "shim/secret_target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "shim/workdir.h"

enum { DIRECTORY_FLAGS = O_PATH | O_DIRECTORY | O_CLOEXEC, DIRECTORY_MODE = 0755 };

/* Where the walk begins, and what is left of path then. A descriptor or a negative errno. */
static int open_start(const char *path, const char **rest)
{
	const char *home = getenv("HOME");
	const char *start = ".";
	int fd;

	*rest = path;
	if (path[0] == '/') {
		start = "/";
	} else if (strncmp(path, "~/", 2) == 0) {
		if (home == NULL || home[0] != '/')
			return -ENOKEY;
		start = home;
		*rest = path + 2;
	}
	fd = open(start, DIRECTORY_FLAGS);
	return fd >= 0 ? fd : -errno;
}

static int touch(struct secret_target *target, int fd, const struct stat *before)
{
	if (target->touched_fd >= 0)
		return 0;
	target->touched_fd = fd;
	target->touched_time.before = *before;
	return fstat(fd, &target->touched_time.after) == 0 ? 0 : -errno;
}

/* Keeps parent_fd open in any case but -EEXIST, which is none of ours. */
static int make_directory(struct secret_target *target, int parent_fd, const char *name)
{
	struct made_directory *made = &target->made[target->made_count];
	struct stat before;
	mode_t mask;
	int rc;

	if (target->made_count == SECRET_TARGET_DEPTH_MAX)
		return -ELOOP;
	if (fstat(parent_fd, &before) != 0)
		return -errno;
	/*
	 * The umask is the command's affair: a secret for another user must be found by him. Not by a
	 * chmod of the name: whoever owns the parent may have put a link to anything in its place.
	 */
	mask = umask(0);
	rc = mkdirat(parent_fd, name, DIRECTORY_MODE) == 0 ? 0 : -errno;
	umask(mask);
	if (rc != 0)
		return rc;
	made->parent_fd = parent_fd;
	snprintf(made->name, sizeof(made->name), "%s", name);
	target->made_count++;
	return touch(target, parent_fd, &before);
}

/* One step down, making the directory if it is missing. *fd is replaced; on failure it is the caller's. */
static int step_down(struct secret_target *target, int *fd, const char *name)
{
	size_t made_before = target->made_count;
	int next = openat(*fd, name, DIRECTORY_FLAGS);
	int err;

	if (next < 0 && errno == ENOENT) {
		err = make_directory(target, *fd, name);
		if (err != 0 && err != -EEXIST) {
			if (target->made_count > made_before)
				*fd = -1; /* it is kept for the removal */
			return err;
		}
		/* What was made is no link; what came before us may be one, as ever. */
		next = openat(*fd, name,
			      err == 0 ? DIRECTORY_FLAGS | O_NOFOLLOW : (int)DIRECTORY_FLAGS);
	}
	if (next < 0)
		return target->made_count > made_before ? (*fd = -1, -EIO) : -errno;
	if (target->made_count == made_before)
		close(*fd);
	*fd = next;
	return 0;
}

/* True for a link to a shim's content where the content is gone, and with it the shim. */
static bool is_left_behind(int parent_fd, const char *name)
{
	char content[PATH_MAX];
	ssize_t len = readlinkat(parent_fd, name, content, sizeof(content) - 1);
	struct stat st;

	if (len <= 0)
		return false;
	content[len] = '\0';
	return strstr(content, "/" WORKDIR_PREFIX) != NULL &&
	       strstr(content, "/" WORKDIR_SECRETS "/") != NULL &&
	       fstatat(parent_fd, name, &st, 0) != 0 && errno == ENOENT;
}

static int make_link(struct secret_target *target, int fd, const char *name)
{
	struct stat before;
	int err;

	if (strlen(name) > NAME_MAX)
		return -ENAMETOOLONG;
	if (fstat(fd, &before) != 0)
		return -errno;
	if (symlinkat(target->content, fd, name) != 0) {
		err = -errno;
		if (err != -EEXIST || !is_left_behind(fd, name))
			return err;
		if (unlinkat(fd, name, 0) != 0 || symlinkat(target->content, fd, name) != 0)
			return -errno;
	}
	target->parent_fd = fd;
	snprintf(target->name, sizeof(target->name), "%s", name);
	err = touch(target, fd, &before);
	return err;
}

static int place(struct secret_target *target, char *path)
{
	const char *rest;
	char *part;
	char *slash;
	int fd = open_start(path, &rest);
	int err = fd >= 0 ? 0 : fd;

	part = path + (rest - path);
	while (err == 0 && (slash = strchr(part, '/')) != NULL) {
		*slash = '\0';
		if (*part != '\0')
			err = step_down(target, &fd, part);
		part = slash + 1;
	}
	if (err == 0)
		err = make_link(target, fd, part);
	if (target->parent_fd < 0 && fd >= 0)
		close(fd);
	return err;
}

static void explain(int err, const char *path, char *error, size_t error_size)
{
	const char *advice = strerror(-err);

	if (err == -EEXIST)
		advice = "there is something already, and it stays; give another target=";
	else if (err == -ENOKEY)
		advice = "HOME is not set; give the whole path";
	else if (err == -EROFS)
		advice = "the file system is read-only; give target= a place in a tmpfs, or env= "
			 "for a variable";
	else if (err == -EACCES || err == -EPERM)
		advice = "this user may make nothing there; give another target=";
	snprintf(error, error_size, "%.900s: %s", path, advice);
}

int secret_target_place(struct secret_target *target, const char *path, const char *content,
			char *error, size_t error_size)
{
	char copy[PATH_MAX];
	int err;

	*target = (struct secret_target){.parent_fd = -1, .touched_fd = -1};
	target->made = calloc(SECRET_TARGET_DEPTH_MAX, sizeof(target->made[0]));
	if (target->made == NULL)
		err = -ENOMEM;
	else if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy) ||
		 snprintf(target->content, sizeof(target->content), "%s", content) >=
			 (int)sizeof(target->content))
		err = -ENAMETOOLONG;
	else
		err = place(target, copy);
	if (err != 0) {
		explain(err, path, error, error_size);
		secret_target_remove(target);
	}
	return err;
}

static void remove_link(const struct secret_target *target)
{
	char found[PATH_MAX];
	ssize_t len = readlinkat(target->parent_fd, target->name, found, sizeof(found) - 1);

	if (len < 0 && errno == ENOENT)
		return;
	if (len < 0 || (size_t)len != strlen(target->content) ||
	    memcmp(found, target->content, (size_t)len) != 0)
		log_warn("the command has put something else in the place of the secret at \"%s\"; "
			 "it stays",
			 target->name);
	else
		unlinkat(target->parent_fd, target->name, 0);
}

void secret_target_remove(struct secret_target *target)
{
	struct stat now;
	bool has_now = target->touched_fd >= 0 && fstat(target->touched_fd, &now) == 0;

	if (target->parent_fd >= 0)
		remove_link(target);
	for (size_t i = target->made_count; i-- > 0;)
		unlinkat(target->made[i].parent_fd, target->made[i].name, AT_REMOVEDIR);
	if (has_now)
		dir_time_restore(target->touched_fd, &target->touched_time, &now);
	for (size_t i = 0; i < target->made_count; i++)
		close(target->made[i].parent_fd);
	if (target->parent_fd >= 0)
		close(target->parent_fd);
	free(target->made);
	*target = (struct secret_target){.parent_fd = -1, .touched_fd = -1};
}
