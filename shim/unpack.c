#include "shim/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim/write_all.h"

/* True for a name that is neither nothing, nor a step up or on the spot. */
static bool is_name(const char *name, size_t len)
{
	return len > 0 && len <= NAME_MAX && !(len == 1 && name[0] == '.') &&
	       !(len == 2 && name[0] == '.' && name[1] == '.');
}

/*
 * Opens the directory that path is in, and leaves in *base the last part of path. The directory's
 * descriptor, or a negative errno.
 */
static int open_parent(int root_fd, char *path, const char **base)
{
	int fd = openat(root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char *part = path;

	for (int depth = 0; fd >= 0; depth++) {
		char *slash = strchr(part, '/');
		int next;

		if (!is_name(part, slash != NULL ? (size_t)(slash - part) : strlen(part)) ||
		    depth > UNPACK_DEPTH_MAX) {
			close(fd);
			return -EBADMSG;
		}
		if (slash == NULL) {
			*base = part;
			return fd;
		}
		*slash = '\0';
		next = openat(fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close(fd);
		fd = next;
		part = slash + 1;
	}
	/* Its directory would have come before it. */
	return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? -EBADMSG : -errno;
}

/*
 * True if target, seen from the directory of path, is below the root. Steps up may stand at its
 * beginning alone: behind a name, which may be a link itself, nobody knows where they lead.
 */
static bool stays_inside(const char *path, const char *target)
{
	bool has_name = false;
	int depth = 0;

	if (target[0] == '/' || target[0] == '\0')
		return false;
	for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
		depth++;
	while (*target != '\0') {
		size_t len = strcspn(target, "/");

		if (is_name(target, len))
			has_name = true;
		else if (len == 2 && (has_name || --depth < 0))
			return false;
		target += len;
		target += strspn(target, "/");
	}
	return true;
}

static int make_entry(struct unpack *unpack, const struct tar_entry *entry, int dir_fd,
		      const char *base)
{
	int rc = 0;

	if (entry->kind == TAR_FILE) {
		unpack->fd =
			openat(dir_fd, base, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			       entry->is_executable ? 0700 : 0600);
		rc = unpack->fd < 0 ? -1 : 0;
	} else if (entry->kind == TAR_DIRECTORY) {
		rc = mkdirat(dir_fd, base, 0700);
	} else {
		rc = symlinkat(entry->link_target, dir_fd, base);
	}
	if (rc == 0)
		return 0;
	return errno == EEXIST ? -EBADMSG : -errno;
}

static int on_entry(void *owner, const struct tar_entry *entry)
{
	struct unpack *unpack = owner;
	char path[TAR_PATH_MAX + 1];
	const char *base = "";
	int dir_fd;
	int err;

	if (++unpack->entry_count > UNPACK_ENTRIES_MAX)
		return -EBADMSG;
	if (entry->kind == TAR_LINK && !stays_inside(entry->path, entry->link_target))
		return -EBADMSG;
	memcpy(path, entry->path, sizeof(path));
	dir_fd = open_parent(unpack->root_fd, path, &base);
	if (dir_fd < 0)
		return dir_fd;
	err = make_entry(unpack, entry, dir_fd, base);
	close(dir_fd);
	return err;
}

static int on_data(void *owner, struct byte_view data)
{
	struct unpack *unpack = owner;

	return write_all(unpack->fd, data);
}

static int on_file_end(void *owner)
{
	struct unpack *unpack = owner;

	close(unpack->fd);
	unpack->fd = -1;
	return 0;
}

static const struct tar_events unpack_events = {
	.on_entry = on_entry,
	.on_data = on_data,
	.on_file_end = on_file_end,
};

void unpack_init(struct unpack *unpack, int root_fd)
{
	unpack->root_fd = root_fd;
	unpack->fd = -1;
	unpack->entry_count = 0;
	tar_reader_init(&unpack->reader, &unpack_events, unpack);
}

int unpack_push(struct unpack *unpack, struct byte_view bytes)
{
	return tar_reader_push(&unpack->reader, bytes);
}

int unpack_finish(struct unpack *unpack)
{
	return tar_reader_finish(&unpack->reader);
}

void unpack_deinit(struct unpack *unpack)
{
	if (unpack->fd >= 0)
		close(unpack->fd);
	explicit_bzero(&unpack->reader, sizeof(unpack->reader));
}
