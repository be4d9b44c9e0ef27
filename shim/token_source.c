#include "shim/token_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int secret_copy(struct secret *secret, const char *text)
{
	size_t len = strlen(text);

	if (len >= SECRET_SIZE)
		return -EMSGSIZE;
	memcpy(secret->text, text, len + 1);
	secret->len = len;
	return 0;
}

static int secret_read_file(struct secret *secret, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t got = 1;
	int err = 0;

	if (fd < 0)
		return -errno;
	while (got > 0 && secret->len < SECRET_SIZE - 1) {
		got = read(fd, secret->text + secret->len, SECRET_SIZE - 1 - secret->len);
		if (got < 0)
			err = -errno;
		else
			secret->len += (size_t)got;
	}
	close(fd);
	secret->text[secret->len] = '\0';
	return err;
}

/* The name stands in environ as often as someone put it there; getenv sees only the first. */
static void environment_forget(const char *name)
{
	size_t name_len = strlen(name);

	for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
		if (strncmp(*entry, name, name_len) == 0 && (*entry)[name_len] == '=')
			explicit_bzero(*entry + name_len + 1, strlen(*entry + name_len + 1));
	}
	unsetenv(name);
}

/* origin: for messages. -ENOENT where nothing is given anywhere. */
static int token_source_fetch(const char *token_file, struct secret *text, const char **origin)
{
	const char *value = getenv(TOKEN_SOURCE_ENV);

	if (token_file != NULL) {
		*origin = token_file;
		return secret_read_file(text, token_file);
	}
	/* Empty is what an ARG without a value gives. */
	if (value != NULL && value[0] != '\0') {
		*origin = TOKEN_SOURCE_ENV;
		return secret_copy(text, value);
	}
	*origin = TOKEN_SOURCE_BUILD_SECRET;
	return secret_read_file(text, TOKEN_SOURCE_BUILD_SECRET);
}

/* libssh takes a C string: what token_parse passes over must go. */
static void secret_trim(struct secret *secret)
{
	size_t start = strspn(secret->text, " \t\r\n");

	/* strchr finds the NUL, too, which is no white space. */
	while (secret->len > start && secret->text[secret->len - 1] != '\0' &&
	       strchr(" \t\r\n", secret->text[secret->len - 1]) != NULL)
		secret->text[--secret->len] = '\0';
	if (secret->len < start)
		return;
	secret->len -= start;
	memmove(secret->text, secret->text + start, secret->len + 1);
}

static int token_source_parse(const struct secret *text, const char *origin, struct token *token,
			      char *error, size_t error_size)
{
	const struct byte_view bytes = {.ptr = (const uint8_t *)text->text, .len = text->len};

	if (text->len == 0) {
		snprintf(error, error_size,
			 "%s is empty; it should hold a token, which begins with %s", origin,
			 TOKEN_PREFIX);
		return -EBADMSG;
	}
	if (strncmp(text->text, TOKEN_PREFIX, strlen(TOKEN_PREFIX)) != 0) {
		snprintf(error, error_size,
			 "%s holds no token: a token begins with %s. If it is the daemon's own "
			 "secret, keep it on the host and mint a token from it: "
			 "ssh-forward-agentd token --token-file FILE",
			 origin, TOKEN_PREFIX);
		return -EBADMSG;
	}
	if (token_parse(bytes, token) != 0) {
		snprintf(error, error_size,
			 "%s holds a token that is damaged, cut short or of another version: copy "
			 "it again from ssh-forward-agentd",
			 origin);
		return -EBADMSG;
	}
	return 0;
}

int token_source_read(const char *token_file, struct secret *text, struct token *token, char *error,
		      size_t error_size)
{
	struct secret secret = {0};
	const char *origin;
	int err = secret_init(&secret);

	if (err != 0) {
		snprintf(error, error_size, "no memory for the token");
		return err;
	}
	err = token_source_fetch(token_file, &secret, &origin);
	environment_forget(TOKEN_SOURCE_ENV);
	if (err == -ENOENT && token_file == NULL)
		goto out;
	if (err != 0) {
		snprintf(error, error_size, "the token cannot be read from %s: %s", origin,
			 strerror(-err));
		/* -ENOENT means "none", which this is not. */
		err = err == -ENOENT ? -EINVAL : err;
		goto out;
	}
	secret_trim(&secret);
	err = token_source_parse(&secret, origin, token, error, error_size);
out:
	if (err == 0)
		*text = secret; /* transferred */
	else
		secret_deinit(&secret);
	return err;
}
