#include "agentd/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agentd/config_path.h"
#include "agentd/config_sections.h"

static int check_file(int fd, const char *path)
{
	struct stat info;

	if (fstat(fd, &info) != 0) {
		log_error("cannot read %s: %s", path, strerror(errno));
		return -EINVAL;
	}
	if (!S_ISREG(info.st_mode)) {
		log_error("the configuration %s is not a file", path);
		return -EINVAL;
	}
	/* Whoever may write it decides what is signed. */
	if (info.st_uid != 0 && info.st_uid != geteuid()) {
		log_error("the configuration %s belongs to another user, who could have keys used "
			  "as he likes; make it yours (chown), or root's",
			  path);
		return -EINVAL;
	}
	if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		log_error("the configuration %s can be written by others, who could have keys used "
			  "as they like; run: chmod go-w %s",
			  path, path);
		return -EINVAL;
	}
	return 0;
}

/* 0; -ENOENT, not reported; another negative errno after a report. */
static int read_file(const char *path, struct byte_buf *text)
{
	uint8_t block[4096];
	ssize_t len = 0;
	/* Not to wait for a writer, if it is a pipe. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int err;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return -ENOENT;
	if (fd < 0) {
		log_error("cannot read the configuration %s: %s", path, strerror(errno));
		return -EINVAL;
	}
	err = check_file(fd, path);
	while (err == 0 && (len = read(fd, block, sizeof(block))) > 0) {
		byte_buf_put_bytes(text, block, (size_t)len);
		err = byte_buf_status(text);
		if (err != 0)
			log_error("the configuration %s is larger than a megabyte", path);
	}
	if (err == 0 && len < 0) {
		log_error("cannot read the configuration %s: %s", path, strerror(errno));
		err = -EINVAL;
	}
	close(fd);
	return err;
}

static int load_default(struct options *options, struct byte_buf *text)
{
	char *path = NULL;
	int err = 0;

	for (size_t i = 0; err == 0; i++) {
		err = config_path_default(i, &path);
		if (err != 0)
			break;
		err = read_file(path, text);
		if (err != -ENOENT) {
			options->config_path = path; /* transferred */
			return err;
		}
		free(path);
		err = 0;
	}
	return err == -ENOENT ? 0 : err;
}

static int load_named(const char *path, struct options *options, struct byte_buf *text)
{
	int err;

	options->config_path = strdup(path);
	if (options->config_path == NULL)
		return -ENOMEM;
	err = read_file(path, text);
	if (err == -ENOENT)
		log_error("--config %s: there is no such file", path);
	return err;
}

int config_load(const char *path, struct options *options)
{
	struct byte_buf text;
	int err;

	byte_buf_init(&text, CONFIG_LEN_MAX);
	err = path != NULL ? load_named(path, options, &text) : load_default(options, &text);
	if (err == 0 && options->config_path != NULL)
		err = config_sections_read(byte_buf_view(&text), options->config_path, options);
	byte_buf_deinit(&text);
	return err == 0 || err == -ENOMEM ? err : -EINVAL;
}
