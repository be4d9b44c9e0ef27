#include "agentd/keeper/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *source_variable(const char *name)
{
	size_t len = strlen(SOURCE_ENV_PREFIX);

	return strncmp(name, SOURCE_ENV_PREFIX, len) == 0 ? name + len : NULL;
}

bool source_is_file(const char *name)
{
	return source_variable(name) == NULL && strcmp(name, SOURCE_STDIN) != 0;
}

static int read_variable(const char *variable, struct byte_buf *out, const char **why)
{
	const char *value = getenv(variable);

	if (value == NULL || value[0] == '\0') {
		*why = "that environment variable is not set, or empty";
		return -ENOENT;
	}
	byte_buf_put_bytes(out, value, strlen(value));
	if (byte_buf_status(out) != 0)
		*why = "its value is too long (over 64 KiB)";
	return byte_buf_status(out);
}

static int read_descriptor(int fd, struct byte_buf *out, const char **why)
{
	uint8_t block[4096];
	ssize_t len;
	int err = 0;

	while (err == 0) {
		len = read(fd, block, sizeof(block));
		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0) {
			err = len < 0 ? -errno : 0;
			if (err != 0)
				*why = strerror(-err);
			break;
		}
		byte_buf_put_bytes(out, block, (size_t)len);
		err = byte_buf_status(out);
		if (err != 0)
			*why = "too large (over 64 KiB)";
	}
	explicit_bzero(block, sizeof(block));
	return err;
}

/* The rule of sshkey_perm_ok() in OpenSSH: only our own files are judged. */
static int check_permissions(int fd, bool is_secret, const char **why)
{
	struct stat st;

	if (fstat(fd, &st) != 0) {
		*why = strerror(errno);
		return -errno;
	}
	if (S_ISDIR(st.st_mode)) {
		*why = "is a directory; name the key files in it";
		return -EISDIR;
	}
	if (is_secret && S_ISREG(st.st_mode) && st.st_uid == getuid() && (st.st_mode & 077) != 0) {
		*why = "other users may read it; run chmod 600 on it (ssh refuses such keys too)";
		return -EACCES;
	}
	return 0;
}

static bool is_public_name(const char *path)
{
	size_t len = strlen(path);

	return len > strlen(".pub") && strcmp(path + len - strlen(".pub"), ".pub") == 0;
}

int source_read_file(const char *path, bool is_secret, struct byte_buf *out, const char **why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int err;

	if (fd < 0) {
		err = -errno;
		*why = err == -EACCES ? "may not be read by this user; run as its owner (docker "
					"run --user \"$(id -u)\"), or use the key through "
					"ssh-agent"
				      : strerror(-err);
		return err;
	}
	err = check_permissions(fd, is_secret, why);
	/* A .pub is for all to read: its mode is not what is wrong with it here. */
	if (err == -EACCES && is_public_name(path))
		*why = "a public key; the private one is needed (the file without .pub)";
	if (err == 0)
		err = read_descriptor(fd, out, why);
	close(fd);
	return err;
}

int source_read(const char *name, struct byte_buf *out, const char **why)
{
	const char *variable = source_variable(name);

	if (variable != NULL)
		return read_variable(variable, out, why);
	if (strcmp(name, SOURCE_STDIN) == 0)
		return read_descriptor(STDIN_FILENO, out, why);
	return source_read_file(name, true, out, why);
}

void source_wipe_variable(const char *variable)
{
	char *value = getenv(variable);

	if (value == NULL)
		return;
	explicit_bzero(value, strlen(value));
	unsetenv(variable);
}
