/*
 * agent_client - a program that talks to $SSH_AUTH_SOCK, for the shim's tests.
 *
 * usage: agent_client [CONNECTIONS]
 *
 * Opens CONNECTIONS (default 1) connections, sends one list request on each, prints "sent", then
 * reads one reply on each and prints "N TYPE" for each kind of reply: how many had that message
 * type; type "closed" for connections that ended without one. Exit status 0 if all were
 * SSH_AGENT_IDENTITIES_ANSWER.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/agent_msg.h"
#include "common/bytes.h"
#include "common/frame.h"

enum { CONNECTIONS_MAX = 4096, CLOSED = 256 };

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static int connect_agent(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *path = getenv("SSH_AUTH_SOCK");
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (path == NULL || strlen(path) >= sizeof(address.sun_path) || fd < 0)
		die("SSH_AUTH_SOCK");
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		die("connect");
	return fd;
}

/* The type of the reply, or CLOSED. */
static int read_reply(int fd)
{
	struct byte_buf in;
	char chunk[4096];
	size_t body_len;
	ssize_t got;
	int type = CLOSED;

	byte_buf_init(&in, FRAME_LEN_MAX);
	while (frame_peek(byte_buf_view(&in), &body_len) != 0) {
		got = read(fd, chunk, sizeof(chunk));
		if (got <= 0)
			goto out;
		byte_buf_put_bytes(&in, chunk, (size_t)got);
	}
	type = frame_body(byte_buf_view(&in), body_len).ptr[0];
out:
	byte_buf_deinit(&in);
	return type;
}

int main(int argc, char **argv)
{
	static const uint8_t request[] = {0, 0, 0, 1, SSH_AGENTC_REQUEST_IDENTITIES};
	static int fds[CONNECTIONS_MAX];
	int counts[CLOSED + 1] = {0};
	int count = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1;

	if (count < 1 || count > CONNECTIONS_MAX)
		return EXIT_FAILURE;
	for (int i = 0; i < count; i++) {
		fds[i] = connect_agent();
		if (write(fds[i], request, sizeof(request)) != sizeof(request))
			die("write");
	}
	puts("sent");
	fflush(stdout);
	for (int i = 0; i < count; i++)
		counts[read_reply(fds[i])]++;
	for (int type = 0; type < CLOSED; type++) {
		if (counts[type] > 0)
			printf("%d %d\n", counts[type], type);
	}
	if (counts[CLOSED] > 0)
		printf("%d closed\n", counts[CLOSED]);
	return counts[SSH_AGENT_IDENTITIES_ANSWER] == count ? EXIT_SUCCESS : EXIT_FAILURE;
}
