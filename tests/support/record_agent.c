/*
 * record_agent - passes an agent's connections on, and keeps what clients sent.
 *
 * usage: record_agent SOCKET AGENT FILE
 *
 * Listens at SOCKET, prints "ready", and connects each client, one after the other, with the agent
 * at AGENT. What clients send is appended to FILE before the agent gets it.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(address.sun_path))
		die(path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	return address;
}

static int new_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

/* False at the end of the stream. */
static bool copy_some(int from, int to, int record)
{
	char block[4096];
	ssize_t len = read(from, block, sizeof(block));

	if (len <= 0)
		return false;
	if (record >= 0 && write(record, block, (size_t)len) != len)
		die("record");
	return write(to, block, (size_t)len) == len;
}

static void pass_on(int client, int agent, int record)
{
	struct pollfd fds[] = {{.fd = client, .events = POLLIN}, {.fd = agent, .events = POLLIN}};

	while (poll(fds, 2, -1) > 0) {
		if (fds[0].revents != 0 && !copy_some(client, agent, record))
			return;
		if (fds[1].revents != 0 && !copy_some(agent, client, -1))
			return;
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_un here;
	struct sockaddr_un agent;
	int listener = new_socket();
	int record;

	if (argc != 4)
		return EXIT_FAILURE;
	signal(SIGPIPE, SIG_IGN);
	here = address_of(argv[1]);
	agent = address_of(argv[2]);
	record = open(argv[3], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (record < 0 || bind(listener, (struct sockaddr *)&here, sizeof(here)) != 0 ||
	    listen(listener, 8) != 0)
		die("record_agent");
	puts("ready");
	fflush(stdout);
	for (;;) {
		int client = accept(listener, NULL, NULL);
		int upstream = new_socket();

		if (client < 0 || connect(upstream, (struct sockaddr *)&agent, sizeof(agent)) != 0)
			die("record_agent");
		pass_on(client, upstream, record);
		close(upstream);
		close(client);
	}
}
