#include "shim/client_config.h"

#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYSTEM_DIR "/etc/ssh"

enum {
	FILE_SIZE_MAX = 256 * 1024,
	DEPTH_MAX = 16, /* as OpenSSH's own */
	FILES_MAX = 64,
};

struct scan {
	const char *dir;
	const char *home;
	unsigned files_left;
	unsigned settings;
};

static void scan_file(struct scan *scan, const char *path, unsigned depth);

/* The file's content, to be freed, or NULL; *is_too_long tells one from one that is not there. */
static char *read_file(const char *path, size_t *len, bool *is_too_long)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	char *text = NULL;
	ssize_t got;

	*is_too_long = false;
	*len = 0;
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		*is_too_long = st.st_size > FILE_SIZE_MAX;
		if (!*is_too_long)
			text = malloc((size_t)st.st_size + 1);
	}
	while (text != NULL && *len < (size_t)st.st_size &&
	       (got = read(fd, text + *len, (size_t)st.st_size - *len)) > 0)
		*len += (size_t)got;
	close(fd);
	return text;
}

/* One word of an Include line, as a path; false where only ssh knows what it means. */
static bool include_path(const struct scan *scan, const char *word, size_t len, char path[PATH_MAX])
{
	int written;

	if (memchr(word, '%', len) != NULL || memchr(word, '$', len) != NULL ||
	    memchr(word, '\\', len) != NULL || memchr(word, '"', len) != NULL)
		return false;
	if (word[0] == '~') {
		if (len < 2 || word[1] != '/' || scan->home == NULL)
			return false;
		written = snprintf(path, PATH_MAX, "%s%.*s", scan->home, (int)len - 1, word + 1);
	} else if (word[0] == '/') {
		written = snprintf(path, PATH_MAX, "%.*s", (int)len, word);
	} else {
		written = snprintf(path, PATH_MAX, "%s/%.*s", scan->dir, (int)len, word);
	}
	return written > 0 && written < PATH_MAX;
}

static void scan_include(struct scan *scan, struct byte_view names, unsigned depth)
{
	char path[PATH_MAX];
	glob_t found;

	while (names.len > 0) {
		const char *word = (const char *)names.ptr;
		size_t len = 0;

		while (len < names.len && word[len] != ' ' && word[len] != '\t' &&
		       word[len] != '\r')
			len++;
		if (len > 0) {
			if (!include_path(scan, word, len, path)) {
				scan->settings = CLIENT_SETS_ANY;
				return;
			}
			if (glob(path, GLOB_NOSORT, NULL, &found) == 0) {
				for (size_t i = 0; i < found.gl_pathc; i++)
					scan_file(scan, found.gl_pathv[i], depth + 1);
				globfree(&found);
			}
		}
		len += len < names.len;
		names.ptr += len;
		names.len -= len;
	}
}

static void scan_line(struct scan *scan, struct byte_view line, unsigned depth)
{
	struct byte_view names;

	scan->settings |= client_line_settings(line);
	if (client_line_value(line, "include", &names))
		scan_include(scan, names, depth);
}

static void scan_file(struct scan *scan, const char *path, unsigned depth)
{
	bool is_too_long;
	size_t len;
	char *text;

	if (scan->settings == CLIENT_SETS_ANY)
		return;
	if (depth > DEPTH_MAX || scan->files_left == 0) {
		scan->settings = CLIENT_SETS_ANY;
		return;
	}
	scan->files_left--;
	text = read_file(path, &len, &is_too_long);
	if (is_too_long)
		scan->settings = CLIENT_SETS_ANY;
	for (size_t start = 0; text != NULL && start < len;) {
		const char *newline = memchr(text + start, '\n', len - start);
		size_t line_len =
			newline != NULL ? (size_t)(newline - (text + start)) : len - start;

		scan_line(scan,
			  (struct byte_view){.ptr = (const uint8_t *)text + start, .len = line_len},
			  depth);
		start += line_len + 1;
	}
	free(text);
}

unsigned client_config_file_settings(const char *path, const char *dir, const char *home)
{
	struct scan scan = {.dir = dir, .home = home, .files_left = FILES_MAX};

	scan_file(&scan, path, 0);
	return scan.settings;
}

unsigned client_config_settings(const char *config_file, const char *home)
{
	char dir[PATH_MAX];
	char path[PATH_MAX];
	unsigned settings;

	snprintf(dir, sizeof(dir), "%s/.ssh", home != NULL ? home : "");
	if (config_file != NULL) {
		if (strcasecmp(config_file, "none") == 0)
			return 0;
		return client_config_file_settings(config_file, dir, home);
	}
	settings = client_config_file_settings(SYSTEM_DIR "/ssh_config", SYSTEM_DIR, home);
	if (home != NULL &&
	    snprintf(path, sizeof(path), "%s/.ssh/config", home) < (int)sizeof(path))
		settings |= client_config_file_settings(path, dir, home);
	return settings;
}
