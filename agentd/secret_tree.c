#include "agentd/secret_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/tar.h"

/* O_NONBLOCK: a pipe in a file's place is not waited for. */
enum { OPEN_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };

struct level {
	DIR *dir;
	size_t path_len; /* of its path, in entry.path */
};

struct secret_tree {
	uint64_t max_len;
	uint64_t len; /* content so far, as it counts against max_len */
	unsigned entry_count;
	int fd; /* the file that is being read, or -1 */
	bool is_directory;
	bool is_at_end;
	uint64_t file_left;	/* in a directory: what the header of the file promised */
	size_t padding;		/* behind it */
	struct byte_buf header; /* not yet given out */
	size_t header_done;
	size_t depth;
	struct level levels[SECRET_TREE_DEPTH_MAX];
	struct tar_entry entry;
};

__attribute__((format(printf, 3, 4))) static int fail(char reason[SECRET_TREE_REASON_MAX], int err,
						      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reason, SECRET_TREE_REASON_MAX, format, args);
	va_end(args);
	return err;
}

static int count(struct secret_tree *tree, uint64_t len, char reason[SECRET_TREE_REASON_MAX])
{
	if (len > tree->max_len - tree->len)
		return fail(reason, -EMSGSIZE,
			    "is larger than the %" PRIu64 " bytes that the daemon hands out (raise "
			    "it there with --limit secret-bytes=N)",
			    tree->max_len);
	tree->len += len;
	return 0;
}

static int push_directory(struct secret_tree *tree, int fd, char reason[SECRET_TREE_REASON_MAX])
{
	DIR *dir;

	if (tree->depth == SECRET_TREE_DEPTH_MAX) {
		close(fd);
		return fail(reason, -ELOOP, "has directories in it more than %d deep",
			    SECRET_TREE_DEPTH_MAX);
	}
	dir = fdopendir(fd);
	if (dir == NULL) {
		close(fd);
		return fail(reason, -ENOMEM, "cannot be listed");
	}
	tree->levels[tree->depth++] =
		(struct level){.dir = dir, .path_len = strlen(tree->entry.path)};
	return 0;
}

int secret_tree_open(const char *path, uint64_t max_len, struct secret_tree **out,
		     char reason[SECRET_TREE_REASON_MAX])
{
	struct secret_tree *tree = calloc(1, sizeof(*tree));
	struct stat st;
	int err = 0;

	if (tree == NULL)
		return fail(reason, -ENOMEM, "cannot be read: the daemon is out of memory");
	tree->max_len = max_len;
	byte_buf_init(&tree->header, 8 * TAR_PATH_MAX);
	tree->fd = open(path, OPEN_FLAGS);
	if (tree->fd < 0 || fstat(tree->fd, &st) != 0) {
		err = fail(reason, -errno, "cannot be read on the host: %s", strerror(errno));
	} else if (S_ISDIR(st.st_mode)) {
		tree->is_directory = true;
		err = push_directory(tree, tree->fd, reason);
		tree->fd = -1;
	} else if (!S_ISREG(st.st_mode)) {
		err = fail(reason, -EINVAL, "is neither a file nor a directory any more");
	} else if ((uint64_t)st.st_size > max_len) {
		err = count(tree, (uint64_t)st.st_size, reason);
	}
	if (err != 0) {
		secret_tree_close(tree);
		return err;
	}
	*out = tree;
	return 0;
}

bool secret_tree_is_directory(const struct secret_tree *tree)
{
	return tree->is_directory;
}

static int put_entry(struct secret_tree *tree, enum tar_kind kind,
		     char reason[SECRET_TREE_REASON_MAX])
{
	int err = count(tree, TAR_BLOCK_LEN, reason);

	if (err != 0)
		return err;
	if (++tree->entry_count > SECRET_TREE_ENTRIES_MAX)
		return fail(reason, -EMSGSIZE, "has more than %d files in it",
			    SECRET_TREE_ENTRIES_MAX);
	tree->entry.kind = kind;
	if (kind != TAR_LINK)
		tree->entry.link_target[0] = '\0';
	if (kind != TAR_FILE)
		tree->entry.size = 0;
	byte_buf_clear(&tree->header);
	tree->header_done = 0;
	tar_put_entry(&tree->header, &tree->entry);
	err = byte_buf_status(&tree->header);
	return err == 0 ? 0 : fail(reason, err, "cannot be read: the daemon is out of memory");
}

/* A file or a directory of the current level, by now open. */
static int put_open_entry(struct secret_tree *tree, int fd, const struct stat *st,
			  char reason[SECRET_TREE_REASON_MAX])
{
	int err;

	if (S_ISDIR(st->st_mode)) {
		err = put_entry(tree, TAR_DIRECTORY, reason);
		if (err == 0)
			return push_directory(tree, fd, reason);
		close(fd);
		return err;
	}
	tree->entry.size = (uint64_t)st->st_size;
	tree->entry.is_executable = (st->st_mode & S_IXUSR) != 0;
	err = count(tree, tree->entry.size, reason);
	if (err == 0)
		err = put_entry(tree, TAR_FILE, reason);
	if (err != 0) {
		close(fd);
		return err;
	}
	tree->fd = fd;
	tree->file_left = tree->entry.size;
	tree->padding = tar_padding(tree->entry.size);
	return 0;
}

static int put_link(struct secret_tree *tree, int dir_fd, const char *name,
		    char reason[SECRET_TREE_REASON_MAX])
{
	char *target = tree->entry.link_target;
	ssize_t len = readlinkat(dir_fd, name, target, TAR_PATH_MAX);

	if (len <= 0 || len >= TAR_PATH_MAX)
		return fail(reason, -EINVAL, "has a link in it that cannot be read");
	target[len] = '\0';
	return put_entry(tree, TAR_LINK, reason);
}

/* The directory's next entry becomes the header, and the file or level that follows it. */
static int put_named(struct secret_tree *tree, const char *name,
		     char reason[SECRET_TREE_REASON_MAX])
{
	const struct level *level = &tree->levels[tree->depth - 1];
	size_t room = sizeof(tree->entry.path) - level->path_len;
	int dir_fd = dirfd(level->dir);
	struct stat st;
	int fd;

	if ((size_t)snprintf(tree->entry.path + level->path_len, room, "%s%s",
			     level->path_len > 0 ? "/" : "", name) >= room)
		return fail(reason, -ENAMETOOLONG, "has paths in it that are too long");
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT
			       ? 0
			       : fail(reason, -errno, "cannot be read: %s", strerror(errno));
	if (S_ISLNK(st.st_mode))
		return put_link(tree, dir_fd, name, reason);
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return 0;
	fd = openat(dir_fd, name, OPEN_FLAGS | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) != 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))) {
		int err = fail(reason, -EIO, "has a file in it that cannot be read on the host: %s",
			       fd < 0 ? strerror(errno) : "it was replaced");

		if (fd >= 0)
			close(fd);
		return err;
	}
	return put_open_entry(tree, fd, &st, reason);
}

static void pop_directory(struct secret_tree *tree)
{
	closedir(tree->levels[--tree->depth].dir);
	if (tree->depth > 0)
		return;
	byte_buf_clear(&tree->header);
	tree->header_done = 0;
	tar_put_end(&tree->header);
	tree->is_at_end = true;
}

static int next_entry(struct secret_tree *tree, char reason[SECRET_TREE_REASON_MAX])
{
	const struct dirent *found;

	errno = 0;
	found = readdir(tree->levels[tree->depth - 1].dir);
	if (found == NULL && errno != 0)
		return fail(reason, -errno, "cannot be listed: %s", strerror(errno));
	if (found == NULL)
		pop_directory(tree);
	else if (strcmp(found->d_name, ".") != 0 && strcmp(found->d_name, "..") != 0)
		return put_named(tree, found->d_name, reason);
	return 0;
}

/* Up to size bytes of the open file; 0 at its end. */
static ssize_t read_file(struct secret_tree *tree, uint8_t *to, size_t size,
			 char reason[SECRET_TREE_REASON_MAX])
{
	ssize_t got;

	do
		got = read(tree->fd, to, size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return fail(reason, -errno, "cannot be read on the host: %s", strerror(errno));
	return got;
}

static ssize_t read_plain(struct secret_tree *tree, uint8_t *to, size_t size,
			  char reason[SECRET_TREE_REASON_MAX])
{
	ssize_t got = read_file(tree, to, size, reason);
	int err = got > 0 ? count(tree, (uint64_t)got, reason) : 0;

	if (got == 0)
		tree->is_at_end = true;
	return err == 0 ? got : err;
}

static ssize_t read_member(struct secret_tree *tree, uint8_t *to, size_t size,
			   char reason[SECRET_TREE_REASON_MAX])
{
	ssize_t got;

	if (tree->file_left == 0) {
		size_t padding = tree->padding < size ? tree->padding : size;

		memset(to, 0, padding);
		tree->padding -= padding;
		if (tree->padding == 0) {
			close(tree->fd);
			tree->fd = -1;
		}
		return (ssize_t)padding;
	}
	if (size > tree->file_left)
		size = (size_t)tree->file_left;
	got = read_file(tree, to, size, reason);
	if (got == 0)
		return fail(reason, -EIO, "was changed while it was read");
	if (got > 0)
		tree->file_left -= (uint64_t)got;
	return got;
}

/* Some bytes; 0: none this time. */
static ssize_t read_some(struct secret_tree *tree, uint8_t *to, size_t size,
			 char reason[SECRET_TREE_REASON_MAX])
{
	size_t left = tree->header.len - tree->header_done;

	if (left > 0) {
		if (size > left)
			size = left;
		memcpy(to, tree->header.data + tree->header_done, size);
		tree->header_done += size;
		return (ssize_t)size;
	}
	if (!tree->is_directory)
		return read_plain(tree, to, size, reason);
	return tree->fd >= 0 ? read_member(tree, to, size, reason) : next_entry(tree, reason);
}

ssize_t secret_tree_read(struct secret_tree *tree, uint8_t *to, size_t size,
			 char reason[SECRET_TREE_REASON_MAX])
{
	size_t done = 0;

	while (done < size && !(tree->is_at_end && tree->header_done == tree->header.len)) {
		ssize_t got = read_some(tree, to + done, size - done, reason);

		if (got < 0)
			return got;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

void secret_tree_close(struct secret_tree *tree)
{
	if (tree == NULL)
		return;
	while (tree->depth > 0)
		closedir(tree->levels[--tree->depth].dir);
	if (tree->fd >= 0)
		close(tree->fd);
	byte_buf_deinit(&tree->header);
	free(tree);
}
