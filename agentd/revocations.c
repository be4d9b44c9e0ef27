#include "agentd/revocations.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "common/token.h"

enum { FILE_LEN_MAX = REVOCATIONS_MAX * (ID_NAME_MAX + 1) };

bool revocations_have(const struct revocations *revocations, const char *name)
{
	for (size_t i = 0; i < revocations->names.count; i++) {
		if (strcmp(revocations->names.list[i], name) == 0)
			return true;
	}
	return false;
}

static int take_lines(struct revocations *revocations, struct byte_view text)
{
	int err = 0;

	while (err == 0 && text.len > 0) {
		const uint8_t *newline = memchr(text.ptr, '\n', text.len);
		struct byte_view name = text;

		if (newline == NULL)
			return -EBADMSG;
		name.len = (size_t)(newline - text.ptr);
		text.ptr += name.len + 1;
		text.len -= name.len + 1;
		err = id_is_valid(name) ? word_list_add(&revocations->names, name) : -EBADMSG;
	}
	return err;
}

static int read_file(struct revocations *revocations, int fd)
{
	struct byte_buf text;
	struct stat info;
	uint8_t chunk[4096];
	ssize_t got;
	int err;

	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || (info.st_mode & 022) != 0)
		return -EPERM;
	byte_buf_init(&text, FILE_LEN_MAX);
	while ((got = read(fd, chunk, sizeof(chunk))) > 0)
		byte_buf_put_bytes(&text, chunk, (size_t)got);
	err = got < 0 ? -errno : byte_buf_status(&text);
	if (err == 0)
		err = take_lines(revocations, byte_buf_view(&text));
	byte_buf_deinit(&text);
	return err;
}

int revocations_load(struct revocations *revocations, const char *token_file)
{
	int err = 0;
	int fd;

	if (asprintf(&revocations->path, "%s.revoked", token_file) < 0) {
		revocations->path = NULL;
		return -ENOMEM;
	}
	fd = open(revocations->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return 0;
	err = fd < 0 ? -errno : read_file(revocations, fd);
	if (fd >= 0)
		close(fd);
	if (err == -EPERM)
		log_error("%s is to be a file that nobody else may write to: chmod 600 %s",
			  revocations->path, revocations->path);
	else if (err == -EBADMSG)
		log_error("%s does not hold names of tokens, one a line", revocations->path);
	else if (err != 0)
		log_error("%s, with the tokens that were revoked, cannot be read: %s",
			  revocations->path, strerror(-err));
	return err;
}

/* All of it and onto the disk; what a file takes in part has no room for the rest. */
static int write_whole(int fd, struct byte_view text)
{
	ssize_t written = write(fd, text.ptr, text.len);

	if (written >= 0 && (size_t)written != text.len)
		return -ENOSPC;
	return written < 0 || fsync(fd) != 0 ? -errno : 0;
}

static int write_all_names(const struct revocations *revocations, int fd)
{
	struct byte_buf text;
	int err;

	byte_buf_init(&text, FILE_LEN_MAX);
	for (size_t i = 0; i < revocations->names.count; i++)
		byte_buf_printf(&text, "%s\n", revocations->names.list[i]);
	err = byte_buf_status(&text);
	if (err == 0)
		err = write_whole(fd, byte_buf_view(&text));
	byte_buf_deinit(&text);
	return err;
}

/* So that the rename outlasts a loss of power; some file systems know no such thing (EINVAL). */
static int sync_directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory = slash != NULL ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int err = 0;
	int fd;

	if (directory == NULL)
		return -ENOMEM;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
		err = -errno;
	if (fd >= 0)
		close(fd);
	free(directory);
	return err;
}

/* As a whole or not at all: under another name first. */
static int write_file(const struct revocations *revocations)
{
	char *temporary = NULL;
	int err;
	int fd;

	if (asprintf(&temporary, "%s.XXXXXX", revocations->path) < 0)
		return -ENOMEM;
	fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
	if (fd < 0) {
		err = -errno;
		goto out;
	}
	err = write_all_names(revocations, fd);
	close(fd);
	if (err == 0 && rename(temporary, revocations->path) != 0)
		err = -errno;
	if (err != 0)
		unlink(temporary);
	else
		err = sync_directory_of(revocations->path);
out:
	free(temporary);
	return err;
}

int revocations_add(struct revocations *revocations, const char *name)
{
	int err;

	if (!revocations_have(revocations, name)) {
		if (revocations->names.count >= REVOCATIONS_MAX)
			return -ENOSPC;
		err = word_list_add(&revocations->names, view_of(name));
		if (err != 0)
			return err;
	}
	return revocations->path != NULL ? write_file(revocations) : 0;
}

void revocations_deinit(struct revocations *revocations)
{
	word_list_deinit(&revocations->names);
	free(revocations->path);
	*revocations = (struct revocations){0};
}
