/*
 * keeper_host - a front without a network, to try the keeper with real ssh tools.
 *
 *     keeper_host SOCKET ID=FILE[,FILE...]... [--passphrase-file FILE]
 *
 * Prints "ready PID-OF-KEEPER", then hands every connection to SOCKET to the keeper, for the first
 * id. SIGUSR1 makes the keeper forget its keys. Ends with status 3 when the keeper dies, and with 1
 * if it did not start.
 */
#include <err.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agentd/keeper/keeper.h"
#include "common/log.h"

enum { SOURCES_MAX = 16, FILES_MAX = 64 };

static int listen_on(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		errx(2, "%s: too long", path);
	memcpy(address.sun_path, path, strlen(path));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(fd, 128) != 0)
		err(2, "%s", path);
	return fd;
}

/* Cuts "ID=FILE,FILE" into its parts, in place. */
static struct keeper_source parse_source(char *text, char **files)
{
	struct keeper_source source = {.id = strsep(&text, "="), .files = files};
	char *file;

	while (text != NULL && (file = strsep(&text, ",")) != NULL && source.file_count < FILES_MAX)
		files[source.file_count++] = file;
	return source;
}

static void serve(const char *id, int listener, int control_fd)
{
	struct pollfd fds[] = {{.fd = listener, .events = POLLIN}, {.fd = control_fd}};
	sigset_t none;
	int fd;

	sigemptyset(&none);
	for (;;) {
		if (ppoll(fds, 2, NULL, &none) < 0) {
			if (keeper_forget(control_fd) != 0)
				warnx("the keeper took no order to forget");
			continue;
		}
		if (fds[1].revents != 0)
			return;
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		if (keeper_serve(control_fd, id, fd) != 0)
			warnx("the keeper took no connection");
		close(fd);
	}
}

static void on_forget_asked(int signal_number)
{
	(void)signal_number; /* it has interrupted ppoll: that is all it is for */
}

/* Blocked but while serve() waits. */
static void catch_forget_signal(void)
{
	struct sigaction action = {.sa_handler = on_forget_asked};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigaction(SIGUSR1, &action, NULL);
}

int main(int argc, char **argv)
{
	static char *files[SOURCES_MAX][FILES_MAX];
	struct keeper_source sources[SOURCES_MAX];
	struct keeper_config config = {.sources = sources};
	int control_fd;
	int listener;
	pid_t pid;

	if (argc < 3)
		errx(2, "usage: keeper_host SOCKET ID=FILE[,FILE...]... [--passphrase-file FILE]");
	log_init("keeper_host", LOG_LEVEL_INFO);
	catch_forget_signal();
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--passphrase-file") == 0 && i + 1 < argc) {
			config.passphrase_file = argv[++i];
		} else if (config.source_count < SOURCES_MAX) {
			sources[config.source_count] =
				parse_source(argv[i], files[config.source_count]);
			config.source_count++;
		}
	}
	if (keeper_start(&config, &pid, &control_fd) != 0)
		return 1;
	listener = listen_on(argv[1]);
	printf("ready %d\n", (int)pid);
	fflush(stdout);
	serve(sources[0].id, listener, control_fd);
	return 3;
}
