/*
 * plain_relay - what a relay costs that does nothing: bytes in, bytes out, no cryptography, no protocol.
 *
 * usage: plain_relay FROM TO [COMMAND [ARG...]]
 *
 * FROM and TO are /a/unix/socket or ADDR:PORT. Each connection to FROM gets one of its own to TO. Says "ready" once
 * it listens; with a command, runs that instead, as ssh-shim would, with SSH_AUTH_SOCK=FROM, and goes on in
 * a child. Two of these make the hops of ours, program, shim, front, keeper or agent, so what a request takes on
 * their way is what no relay through two processes can get below by much.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench/agent_client.h"
#include "bench/tcp_address.h"

enum {
	EVENTS_AT_ONCE = 64,
	CHUNK_LEN = 64 * 1024, /* agent messages of a benchmark are a few hundred bytes */
};

/* One end of a connection. The other end is closed, and both are freed, with the first that ends. */
struct end {
	int fd;
	struct end *other;
	bool is_closed;
	struct end *next_closed;
};

static void __attribute__((noreturn)) fail(const char *what, int err)
{
	fprintf(stderr, "plain_relay: %s: %s\n", what, strerror(-err));
	exit(EXIT_FAILURE);
}

static bool is_path(const char *address)
{
	return address[0] == '/';
}

static int listen_on(const char *address)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = -1;
	int err;

	if (!is_path(address)) {
		err = tcp_address_listen(address, &fd);
		if (err != 0)
			fail(address, err);
		return fd;
	}
	if (strlen(address) >= sizeof(name.sun_path))
		fail(address, -ENAMETOOLONG);
	memcpy(name.sun_path, address, strlen(address));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 ||
	    listen(fd, SOMAXCONN) < 0)
		fail(address, -errno);
	return fd;
}

/* As every relay of requests and replies does: Nagle's algorithm would have them wait. */
static void send_at_once(int fd)
{
	static const int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* fails for Unix sockets */
}

static int watch(int epoll, struct end *end)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = end};

	return epoll_ctl(epoll, EPOLL_CTL_ADD, end->fd, &event) < 0 ? -errno : 0;
}

static void take_connection(int epoll, int listener, const char *to)
{
	struct end *ends = calloc(2, sizeof(*ends));
	int err;

	if (ends == NULL)
		fail("a connection", -ENOMEM);
	ends[0] =
		(struct end){.fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC), .other = &ends[1]};
	ends[1] = (struct end){.fd = -1, .other = &ends[0]};
	if (ends[0].fd < 0)
		fail("accept", -errno);
	err = is_path(to) ? agent_connect(to, &ends[1].fd) : tcp_address_connect(to, &ends[1].fd);
	if (err != 0)
		fail(to, err);
	for (int i = 0; i < 2; i++) {
		/* Writing blocks: a stalled reader would stall all, and there is none. */
		fcntl(ends[i].fd, F_SETFL, 0);
		send_at_once(ends[i].fd);
		err = watch(epoll, &ends[i]);
		if (err != 0)
			fail("epoll_ctl", err);
	}
}

/* Freed by the caller when no event of this turn can be about it any more. */
static void close_both(struct end *end, struct end **closed)
{
	struct end *first = end < end->other ? end : end->other;

	close(end->fd);
	close(end->other->fd);
	end->is_closed = true;
	end->other->is_closed = true;
	first->next_closed = *closed;
	*closed = first;
}

static void pass_on(struct end *end, struct end **closed)
{
	static char chunk[CHUNK_LEN];
	ssize_t got = recv(end->fd, chunk, sizeof(chunk), MSG_DONTWAIT);
	ssize_t put;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	for (ssize_t sent = 0; sent < got; sent += put) {
		put = send(end->other->fd, chunk + sent, (size_t)(got - sent), MSG_NOSIGNAL);
		if (put <= 0) {
			got = -1;
			break;
		}
	}
	if (got <= 0)
		close_both(end, closed);
}

static void __attribute__((noreturn)) serve(int listener, const char *to)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	struct end listening = {.fd = listener};
	struct end *closed = NULL;
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	int count;

	if (epoll < 0 || watch(epoll, &listening) != 0)
		fail("epoll", -errno);
	for (;;) {
		count = epoll_wait(epoll, events, EVENTS_AT_ONCE, -1);
		for (int i = 0; i < count; i++) {
			struct end *end = events[i].data.ptr;

			if (end == &listening)
				take_connection(epoll, listener, to);
			else if (!end->is_closed)
				pass_on(end, &closed);
		}
		while (closed != NULL) {
			struct end *next = closed->next_closed;

			free(closed);
			closed = next;
		}
	}
}

int main(int argc, char **argv)
{
	int listener;
	pid_t pid;

	if (argc < 3) {
		fputs("usage: plain_relay FROM TO [COMMAND [ARG...]]\n", stderr);
		return 2;
	}
	listener = listen_on(argv[1]);
	if (argc == 3) {
		puts("ready");
		fflush(stdout);
		serve(listener, argv[2]);
	}
	pid = fork();
	if (pid < 0)
		fail("fork", -errno);
	if (pid == 0)
		serve(listener, argv[2]);
	if (setenv("SSH_AUTH_SOCK", argv[1], 1) != 0)
		fail("setenv", -errno);
	execv(argv[3], argv + 3);
	fail(argv[3], -errno);
}
