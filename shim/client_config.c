#include "shim/client_config.h"

#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
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
	struct byte_view host;
	unsigned files_left;
	struct client_config *config;
};

static void scan_file(struct scan *scan, const char *path, unsigned depth,
		      struct client_block block);

static void give_up(struct scan *scan)
{
	scan->config->settings = CLIENT_SETS_ANY;
	scan->config->values.is_plain = false;
}

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

static void scan_include(struct scan *scan, struct byte_view names, unsigned depth,
			 struct client_block block)
{
	struct byte_view word;
	char path[PATH_MAX];
	glob_t found;

	block.is_never = block.is_never || !block.is_active;
	while ((word = client_values_word(&names)).len > 0) {
		if (!include_path(scan, (const char *)word.ptr, word.len, path)) {
			give_up(scan);
			return;
		}
		if (glob(path, 0, NULL, &found) != 0)
			continue;
		for (size_t i = 0; i < found.gl_pathc; i++)
			scan_file(scan, found.gl_pathv[i], depth + 1, block);
		globfree(&found);
	}
}

static void scan_line(struct scan *scan, struct byte_view line, unsigned depth,
		      struct client_block *block)
{
	struct byte_view names;

	scan->config->settings |= client_line_settings(line);
	client_values_take(&scan->config->values, line, scan->host, block);
	if (client_line_value(line, "include", &names))
		scan_include(scan, names, depth, *block);
}

static void scan_file(struct scan *scan, const char *path, unsigned depth,
		      struct client_block block)
{
	bool is_too_long;
	size_t len;
	char *text;

	if (scan->config->settings == CLIENT_SETS_ANY)
		return;
	if (depth > DEPTH_MAX || scan->files_left == 0) {
		give_up(scan);
		return;
	}
	scan->files_left--;
	text = read_file(path, &len, &is_too_long);
	if (is_too_long)
		give_up(scan);
	for (size_t start = 0; text != NULL && start < len;) {
		const char *newline = memchr(text + start, '\n', len - start);
		size_t line_len =
			newline != NULL ? (size_t)(newline - (text + start)) : len - start;

		scan_line(scan,
			  (struct byte_view){.ptr = (const uint8_t *)text + start, .len = line_len},
			  depth, &block);
		start += line_len + 1;
	}
	free(text);
}

void client_config_add_file(struct client_config *config, const char *path, const char *dir,
			    const char *home, struct byte_view host)
{
	struct scan scan = {
		.dir = dir, .home = home, .host = host, .files_left = FILES_MAX, .config = config};

	scan_file(&scan, path, 0, (struct client_block){.is_active = true});
}

void client_config_read(const char *config_file, const char *home, struct byte_view host,
			struct client_config *out)
{
	char dir[PATH_MAX];
	char path[PATH_MAX];

	*out = (struct client_config){.values.is_plain = true};
	snprintf(dir, sizeof(dir), "%s/.ssh", home != NULL ? home : "");
	if (config_file != NULL) {
		if (strcasecmp(config_file, "none") != 0)
			client_config_add_file(out, config_file, dir, home, host);
		return;
	}
	/* In the order of ssh's, since the first value counts. */
	if (home != NULL &&
	    snprintf(path, sizeof(path), "%s/.ssh/config", home) < (int)sizeof(path))
		client_config_add_file(out, path, dir, home, host);
	client_config_add_file(out, SYSTEM_DIR "/ssh_config", SYSTEM_DIR, home, host);
}
