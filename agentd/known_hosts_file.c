#include "agentd/known_hosts_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agentd/regular_file.h"
#include "common/certificate.h"
#include "common/log.h"

enum { BROKEN_LINES_TOLD_MAX = 5 };

int known_hosts_file_init(struct known_hosts_file *file, const char *path)
{
	*file = (struct known_hosts_file){.path = strdup(path)};
	byte_buf_init(&file->text, KNOWN_HOSTS_FILE_MAX);
	return file->path != NULL ? 0 : -ENOMEM;
}

static void drop_content(struct known_hosts_file *file)
{
	for (size_t i = 0; i < file->entry_count; i++)
		known_hosts_line_deinit(&file->entries[i].line);
	free(file->entries);
	file->entries = NULL;
	file->entry_count = 0;
	byte_buf_deinit(&file->text);
}

void known_hosts_file_deinit(struct known_hosts_file *file)
{
	drop_content(file);
	free(file->path);
	*file = (struct known_hosts_file){0};
}

static bool is_same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* Whether the file is still the one that was read. */
static bool is_unchanged(const struct known_hosts_file *file, const struct stat *info)
{
	return file->device == info->st_dev && file->inode == info->st_ino &&
	       file->size == info->st_size && is_same_time(file->modified, info->st_mtim) &&
	       is_same_time(file->changed, info->st_ctim);
}

static void remember(struct known_hosts_file *file, const struct stat *info)
{
	file->device = info->st_dev;
	file->inode = info->st_ino;
	file->size = info->st_size;
	file->modified = info->st_mtim;
	file->changed = info->st_ctim;
}

/*
 * Who trusts or revokes a certificate's line means the key in it: OpenSSH compares those as plain
 * keys. A host's own key is compared as it is.
 */
static int make_plain(struct known_hosts_line *line)
{
	struct certificate certificate;
	struct byte_buf plain;
	int err;

	if (line->marker == KNOWN_HOSTS_KEY)
		return 0;
	err = certificate_parse(byte_buf_view(&line->key_blob), &certificate);
	if (err != 0)
		return err == -ENOENT ? 0 : err;
	byte_buf_init(&plain, KNOWN_HOSTS_KEY_MAX);
	certificate_put_key(&certificate, &plain);
	err = byte_buf_status(&plain);
	if (err != 0) {
		byte_buf_deinit(&plain);
		return err;
	}
	byte_buf_deinit(&line->key_blob);
	line->key_blob = plain;
	return 0;
}

static int add_line(struct known_hosts_file *file, struct byte_view text, size_t *capacity)
{
	struct known_hosts_entry entry = {.text = text};
	int err = known_hosts_parse(text, &entry.line);

	if (err != 0)
		return err;
	err = make_plain(&entry.line);
	if (err == 0 && file->entry_count == *capacity) {
		size_t wanted = *capacity == 0 ? 64 : 2 * *capacity;
		struct known_hosts_entry *entries =
			reallocarray(file->entries, wanted, sizeof(*entries));

		if (entries != NULL) {
			file->entries = entries;
			*capacity = wanted;
		} else {
			err = -ENOMEM;
		}
	}
	if (err == 0)
		file->entries[file->entry_count++] = entry;
	else
		known_hosts_line_deinit(&entry.line);
	return err;
}

/* 0 or -ENOMEM. told: the broken lines that were reported when the file was last read. */
static int parse_text(struct known_hosts_file *file, unsigned told)
{
	struct byte_view left = byte_buf_view(&file->text);
	size_t capacity = 0;

	for (unsigned number = 1; left.len > 0; number++) {
		const uint8_t *end = memchr(left.ptr, '\n', left.len);
		struct byte_view line = {left.ptr,
					 end != NULL ? (size_t)(end - left.ptr) : left.len};
		int err = add_line(file, line, &capacity);

		if (err == -ENOMEM)
			return err;
		if (err != 0 && err != -ENOENT && file->broken_count++ < BROKEN_LINES_TOLD_MAX &&
		    told == 0)
			log_warn("%s:%u: not a line of known hosts; it is passed over", file->path,
				 number);
		left.ptr += line.len + (end != NULL);
		left.len -= line.len + (end != NULL);
	}
	if (file->broken_count > BROKEN_LINES_TOLD_MAX && told == 0)
		log_warn("%s: %u lines in all are not lines of known hosts", file->path,
			 file->broken_count);
	return 0;
}

static void report_unread(const struct known_hosts_file *file, int err)
{
	const char *consequence = file->entry_count > 0
					  ? "what it said when it was last read holds on"
					  : "no host is known by it";

	if (err == -EMSGSIZE)
		log_warn("%s is larger than %d MiB; %s", file->path,
			 KNOWN_HOSTS_FILE_MAX / 1024 / 1024, consequence);
	else if (err == -EINVAL)
		log_warn("%s is no regular file; %s", file->path, consequence);
	else
		log_warn("%s cannot be read (%s); %s", file->path, strerror(-err), consequence);
}

int known_hosts_file_copy(struct known_hosts_file *file, const struct known_hosts_file *before)
{
	int err;

	byte_buf_put_bytes(&file->text, before->text.data, before->text.len);
	err = byte_buf_status(&file->text);
	if (err == 0)
		err = parse_text(file, before->broken_count + 1);
	file->broken_count = 0;
	return err;
}

int known_hosts_file_refresh(struct known_hosts_file *file, bool *has_changed)
{
	struct known_hosts_file fresh = {.path = file->path};
	struct stat info = {0};
	int err = stat(file->path, &info) == 0 ? 0 : -errno;

	/* Looked at before it is read: what is written in between is found the next time. */
	if (err != 0)
		info = (struct stat){0};
	/* Where it is there now, as it was, but has an error: it could not be read then. */
	if (is_unchanged(file, &info) && (err == 0 || err == file->error))
		return 0;
	byte_buf_init(&fresh.text, KNOWN_HOSTS_FILE_MAX);
	if (err == 0)
		err = regular_file_read(file->path, &fresh.text);
	if (err == 0)
		err = parse_text(&fresh, file->broken_count);
	if (err == -ENOMEM) {
		drop_content(&fresh);
		return err;
	}
	if (err != 0)
		drop_content(&fresh);
	/* Of a file that is gone, its lines are; of one that cannot be read, revocations must not be. */
	if (err != 0 && err != -ENOENT && err != -ENOTDIR) {
		if (err != file->error)
			report_unread(file, err);
		file->error = err;
		remember(file, &info);
		return 0;
	}
	fresh.error = err;
	remember(&fresh, &info);
	drop_content(file);
	*file = fresh; /* with the path it had */
	*has_changed = true;
	return 0;
}
