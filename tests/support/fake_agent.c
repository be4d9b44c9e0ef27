#include "tests/support/fake_agent.h"

#include <linux/sockios.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/agent_msg.h"
#include "common/frame.h"

enum { BACKLOG = 1024, WORD_MAX = 4096, POLL_US = 100 };

/* One connection, and the request it read last. */
struct caller {
	int fd;
	const char *script;
	int is_talkative;
	struct byte_buf request;
};

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static bool read_all(struct caller *caller, size_t len)
{
	uint8_t chunk[4096];

	while (len > 0) {
		ssize_t got = read(caller->fd, chunk, len < sizeof(chunk) ? len : sizeof(chunk));

		if (got <= 0)
			return false;
		byte_buf_put_bytes(&caller->request, chunk, (size_t)got);
		len -= (size_t)got;
	}
	return true;
}

static bool read_request(struct caller *caller)
{
	struct reader r;

	byte_buf_clear(&caller->request);
	if (!read_all(caller, FRAME_HEADER_LEN))
		return false;
	r = reader_of(byte_buf_view(&caller->request));
	if (!read_all(caller, reader_u32(&r)))
		return false;
	if (caller->is_talkative)
		puts("asked");
	return true;
}

static bool write_all(struct caller *caller, struct byte_view bytes)
{
	while (bytes.len > 0) {
		ssize_t sent = send(caller->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		bytes.ptr += sent;
		bytes.len -= (size_t)sent;
	}
	return true;
}

/* The peer has read all that was sent; or false if it has gone. */
static bool await_read(struct caller *caller)
{
	char byte;
	int unread = 1;

	while (ioctl(caller->fd, SIOCOUTQ, &unread) == 0 && unread > 0) {
		if (recv(caller->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
			return false;
		usleep(POLL_US);
	}
	return true;
}

static bool write_pieces(struct caller *caller, struct byte_view bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		if (!write_all(caller, (struct byte_view){bytes.ptr + i, 1}) || !await_read(caller))
			return false;
	}
	return true;
}

static bool echo(struct caller *caller, const char *word)
{
	struct byte_view request = byte_buf_view(&caller->request);
	struct byte_buf reply;
	bool is_sent;

	byte_buf_init(&reply, (size_t)4 * FRAME_LEN_MAX);
	for (int i = strcmp(word, "twice") == 0 ? 2 : 1; i > 0; i--) {
		size_t mark = frame_begin(&reply);

		byte_buf_put_u8(&reply, SSH_AGENT_SIGN_RESPONSE);
		byte_buf_put_bytes(&reply, request.ptr + FRAME_HEADER_LEN,
				   request.len - FRAME_HEADER_LEN);
		frame_end(&reply, mark);
	}
	is_sent = strcmp(word, "pieces") == 0 ? write_pieces(caller, byte_buf_view(&reply))
					      : write_all(caller, byte_buf_view(&reply));
	byte_buf_deinit(&reply);
	return is_sent;
}

/* One identity, whose key is none. */
static bool write_list(struct caller *caller)
{
	struct byte_buf blob;
	struct byte_buf reply;
	size_t mark;
	bool is_sent;

	byte_buf_init(&blob, FRAME_BODY_MAX);
	byte_buf_put_text(&blob, "ssh-ed25519");
	byte_buf_put_text(&blob, "thirty-two bytes of a public key");
	byte_buf_init(&reply, FRAME_LEN_MAX);
	mark = frame_begin(&reply);
	byte_buf_put_u8(&reply, SSH_AGENT_IDENTITIES_ANSWER);
	byte_buf_put_u32(&reply, 1);
	byte_buf_put_string(&reply, byte_buf_view(&blob));
	byte_buf_put_text(&reply, "fake");
	frame_end(&reply, mark);
	is_sent = write_all(caller, byte_buf_view(&reply));
	byte_buf_deinit(&blob);
	byte_buf_deinit(&reply);
	return is_sent;
}

static bool write_body(struct caller *caller, const char *digits)
{
	uint32_t len = (uint32_t)strtoul(digits, NULL, 10);
	uint8_t *frame = calloc(1, FRAME_HEADER_LEN + (size_t)len);
	bool is_sent;

	if (frame == NULL)
		die("body");
	for (size_t i = 0; i < FRAME_HEADER_LEN; i++)
		frame[i] = (uint8_t)(len >> (8 * (FRAME_HEADER_LEN - 1 - i)));
	frame[FRAME_HEADER_LEN] = SSH_AGENT_IDENTITIES_ANSWER;
	is_sent = write_all(caller, (struct byte_view){frame, FRAME_HEADER_LEN + (size_t)len});
	free(frame);
	return is_sent;
}

static bool write_hex(struct caller *caller, const char *digits)
{
	uint8_t bytes[WORD_MAX / 2];
	size_t len = strlen(digits) / 2;

	for (size_t i = 0; i < len; i++) {
		char pair[3] = {digits[2 * i], digits[2 * i + 1], '\0'};

		bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return write_all(caller, (struct byte_view){bytes, len});
}

static bool stall(struct caller *caller)
{
	char byte;

	while (recv(caller->fd, &byte, 1, 0) > 0)
		;
	return false;
}

static bool await_signal(void)
{
	sigset_t signals;
	int signum;

	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	return sigwait(&signals, &signum) == 0;
}

/* False when the connection is over. */
static bool play(struct caller *caller, const char *word)
{
	const char *value = strchr(word, '=');

	value = value != NULL ? value + 1 : "";
	if (strcmp(word, "ask") == 0)
		return read_request(caller);
	if (strncmp(word, "take=", 5) == 0)
		return read_all(caller, strtoul(value, NULL, 10));
	if (strcmp(word, "echo") == 0 || strcmp(word, "pieces") == 0 || strcmp(word, "twice") == 0)
		return echo(caller, word);
	if (strcmp(word, "list") == 0)
		return write_list(caller);
	if (strncmp(word, "body=", 5) == 0)
		return write_body(caller, value);
	if (strncmp(word, "hex=", 4) == 0)
		return write_hex(caller, value);
	if (strcmp(word, "signal") == 0)
		return await_signal();
	if (strcmp(word, "stall") == 0)
		return stall(caller);
	if (strcmp(word, "close") == 0)
		return false;
	fprintf(stderr, "fake_agent: no such word: %s\n", word);
	exit(EXIT_FAILURE);
}

static void *serve_caller(void *argument)
{
	struct caller *caller = argument;
	const char *at = caller->script;
	char word[WORD_MAX];
	int len;

	if (caller->is_talkative)
		puts("connected");
	while (sscanf(at, "%4095s%n", word, &len) == 1) {
		at = strcmp(word, "again") == 0 ? caller->script : at + len;
		if (at != caller->script && !play(caller, word))
			break;
	}
	close(caller->fd);
	byte_buf_deinit(&caller->request);
	free(caller);
	return NULL;
}

int fake_agent_listen(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(fd, BACKLOG) != 0)
		die(path);
	return fd;
}

void fake_agent_serve(int listen_fd, const char *script, int is_talkative)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &signals, NULL); /* for whoever awaits it */
	for (;;) {
		struct caller *caller = calloc(1, sizeof(*caller));
		pthread_t thread;

		if (caller == NULL)
			die("fake_agent");
		caller->fd = accept(listen_fd, NULL, NULL);
		caller->script = script;
		caller->is_talkative = is_talkative;
		byte_buf_init(&caller->request, (size_t)4 * FRAME_LEN_MAX);
		if (caller->fd < 0 || pthread_create(&thread, NULL, serve_caller, caller) != 0)
			die("fake_agent");
		pthread_detach(thread);
	}
}

pid_t fake_agent_start(const char *path, const char *script)
{
	int fd = fake_agent_listen(path);
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fake_agent_serve(fd, script, 0);
	}
	close(fd);
	return pid;
}
