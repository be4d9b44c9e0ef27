#include "shim/client_settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/number.h"
#include "shim/client_args.h"

enum { OUTPUT_MAX = 64 * 1024 };

static int take_text(char *to, size_t size, struct byte_view value)
{
	if (value.len == 0 || value.len >= size)
		return -EBADMSG;
	memcpy(to, value.ptr, value.len);
	to[value.len] = '\0';
	return 0;
}

static int take_line(struct byte_view line, struct client_settings *settings)
{
	struct byte_view value;
	unsigned long port;
	char digits[8];

	if (client_line_value(line, "hostname", &value))
		return take_text(settings->host, sizeof(settings->host), value);
	if (client_line_value(line, "globalknownhostsfile", &value))
		return take_text(settings->known_hosts, sizeof(settings->known_hosts), value);
	if (!client_line_value(line, "port", &value))
		return 0;
	if (take_text(digits, sizeof(digits), value) != 0 ||
	    number_parse(digits, 1, UINT16_MAX, &port) != 0)
		return -EBADMSG;
	settings->port = (uint16_t)port;
	return 0;
}

int client_settings_parse(struct byte_view text, struct client_settings *out)
{
	struct client_settings settings = {0};

	while (text.len > 0) {
		const uint8_t *newline = memchr(text.ptr, '\n', text.len);
		struct byte_view line = text;

		if (newline == NULL)
			return -EBADMSG;
		line.len = (size_t)(newline - text.ptr);
		if (take_line(line, &settings) != 0)
			return -EBADMSG;
		text.ptr = newline + 1;
		text.len -= line.len + 1;
	}
	if (settings.host[0] == '\0' || settings.port == 0 || settings.known_hosts[0] == '\0')
		return -EBADMSG;
	*out = settings;
	return 0;
}

/* In the child: its complaints are for the run that counts. */
__attribute__((noreturn)) static void run(const char *program, char **argv, int out_fd)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null_fd < 0 || dup2(null_fd, STDIN_FILENO) < 0 || dup2(null_fd, STDERR_FILENO) < 0 ||
	    dup2(out_fd, STDOUT_FILENO) < 0)
		_exit(127);
	execv(program, argv);
	_exit(127);
}

static int collect(int fd, struct byte_buf *text)
{
	char chunk[4096];
	ssize_t got;

	for (;;) {
		got = read(fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return byte_buf_status(text);
		byte_buf_put_bytes(text, chunk, (size_t)got); /* too much is read, not kept */
	}
}

/* argv[0] -G argv[1]... up to and with last; to be freed. */
static char **make_argv(char **argv, char **last)
{
	size_t count = (size_t)(last - argv);
	char **made = calloc(count + 3, sizeof(*made));
	static char option[] = "-G";

	if (made == NULL)
		return NULL;
	made[0] = argv[0];
	made[1] = option;
	memcpy((void *)(made + 2), (const void *)(argv + 1), count * sizeof(*made));
	return made;
}

int client_settings_ask(const char *program, char **argv, char **last, struct client_settings *out)
{
	char **child_argv = make_argv(argv, last);
	struct byte_buf text;
	int wait_status = 0;
	int fds[2];
	pid_t pid;
	int err;

	if (child_argv == NULL)
		return -ENOMEM;
	if (pipe2(fds, O_CLOEXEC) != 0) {
		free((void *)child_argv);
		return -errno;
	}
	byte_buf_init(&text, OUTPUT_MAX);
	pid = fork();
	if (pid == 0)
		run(program, child_argv, fds[1]);
	close(fds[1]);
	err = pid < 0 ? -errno : collect(fds[0], &text);
	close(fds[0]);
	while (pid > 0 && waitpid(pid, &wait_status, 0) < 0 && errno == EINTR)
		;
	if (err == 0)
		err = wait_status == 0 ? client_settings_parse(byte_buf_view(&text), out)
				       : -EBADMSG;
	byte_buf_deinit(&text);
	free((void *)child_argv);
	return err;
}
