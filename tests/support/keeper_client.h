/*
 * keeper_client.h - a keeper with one id, "one", and a client of its agent.
 */
#ifndef TESTS_SUPPORT_KEEPER_CLIENT_H
#define TESTS_SUPPORT_KEEPER_CLIENT_H

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "agentd/keeper/keeper.h"
#include "agentd/keeper/public_line.h"
#include "common/agent_msg.h"
#include "common/frame.h"
#include "common/log.h"
#include "tests/support/workspace.h"

enum { REPLY_MAX = 4096, REPLY_TIMEOUT_MS = 20000 };

/* What the keeper of a test says goes to the file "said". */
static inline void catch_stderr(void)
{
	int fd = open("said", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);

	ck_assert_int_ge(dup2(fd, STDERR_FILENO), 0);
	close(fd);
	log_init("test", LOG_LEVEL_INFO);
}

static inline void assert_said(const char *text)
{
	struct byte_buf said;

	byte_buf_init(&said, 64 * 1024);
	workspace_read("said", &said);
	ck_assert_msg(said.len > 0 && memmem(said.data, said.len, text, strlen(text)) != NULL,
		      "\"%s\" is not in: %.*s", text, (int)said.len, (const char *)said.data);
	byte_buf_deinit(&said);
}

struct running_keeper {
	pid_t pid;
	int control_fd;
};

/* Up to three files behind the id "one". */
static inline int start(struct running_keeper *keeper, const char *passphrase_file,
			const char *first, const char *second, const char *third)
{
	char *files[] = {(char *)(uintptr_t)first, (char *)(uintptr_t)second,
			 (char *)(uintptr_t)third};
	struct keeper_source source = {.id = "one", .files = files};
	struct keeper_config config = {
		.sources = &source, .source_count = 1, .passphrase_file = passphrase_file};

	while (source.file_count < 3 && files[source.file_count] != NULL)
		source.file_count++;
	return keeper_start(&config, &keeper->pid, &keeper->control_fd);
}

static inline void start_with(struct running_keeper *keeper, const char *file)
{
	ck_assert_int_eq(start(keeper, NULL, file, NULL, NULL), 0);
}

/* The keeper ends by itself, without complaint. */
static inline void stop(struct running_keeper *keeper)
{
	int status;

	close(keeper->control_fd);
	ck_assert_int_eq(waitpid(keeper->pid, &status, 0), keeper->pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}

/* A new agent connection. */
static inline int connect_to(const struct running_keeper *keeper, const char *id)
{
	int ends[2];
	int err;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	while ((err = keeper_serve(keeper->control_fd, id, ends[1])) == -EAGAIN) {
		struct pollfd writable = {.fd = keeper->control_fd, .events = POLLOUT};

		ck_assert_int_ge(poll(&writable, 1, REPLY_TIMEOUT_MS), 0);
	}
	ck_assert_int_eq(err, 0);
	close(ends[1]);
	return ends[0];
}

static inline void send_frame(int fd, struct byte_view body)
{
	struct byte_buf frame;
	size_t mark;

	byte_buf_init(&frame, FRAME_LEN_MAX);
	mark = frame_begin(&frame);
	byte_buf_put_bytes(&frame, body.ptr, body.len);
	frame_end(&frame, mark);
	ck_assert_int_eq(send(fd, frame.data, frame.len, MSG_NOSIGNAL), (ssize_t)frame.len);
	byte_buf_deinit(&frame);
}

/* The body of the next reply, in buf. */
static inline struct byte_view receive_frame(int fd, uint8_t buf[REPLY_MAX])
{
	struct pollfd readable = {.fd = fd, .events = POLLIN};
	size_t body_len;
	size_t len = 0;
	ssize_t got;

	while (frame_peek((struct byte_view){buf, len}, &body_len) != 0) {
		ck_assert_int_eq(poll(&readable, 1, REPLY_TIMEOUT_MS), 1);
		got = recv(fd, buf + len, REPLY_MAX - len, 0);
		ck_assert_int_gt(got, 0);
		len += (size_t)got;
	}
	return frame_body((struct byte_view){buf, len}, body_len);
}

static inline uint32_t identity_count(int fd)
{
	static const uint8_t request[] = {SSH_AGENTC_REQUEST_IDENTITIES};
	struct identity_list list;
	uint8_t reply[REPLY_MAX];

	send_frame(fd, (struct byte_view){request, sizeof(request)});
	ck_assert_int_eq(agent_identities_start(receive_frame(fd, reply), &list), 0);
	return list.left;
}

/* The index'th identity's comment, in comment. */
static inline void read_comment(int fd, unsigned index, char comment[64])
{
	static const uint8_t request[] = {SSH_AGENTC_REQUEST_IDENTITIES};
	struct identity identity = {.comment = {NULL, 0}};
	struct identity_list list;
	uint8_t reply[REPLY_MAX];

	send_frame(fd, (struct byte_view){request, sizeof(request)});
	ck_assert_int_eq(agent_identities_start(receive_frame(fd, reply), &list), 0);
	for (unsigned i = 0; i <= index; i++)
		ck_assert_int_eq(agent_identities_next(&list, &identity), 0);
	snprintf(comment, 64, "%.*s", (int)identity.comment.len,
		 (const char *)identity.comment.ptr);
}

/* A sign request for the key in a .pub file. */
static inline void send_sign_request(int fd, const char *pub)
{
	struct public_line line;
	struct byte_buf text;
	struct byte_buf body;

	byte_buf_init(&text, REPLY_MAX);
	byte_buf_init(&body, REPLY_MAX);
	workspace_read(pub, &text);
	ck_assert_int_eq(public_line_parse(byte_buf_view(&text), &line), 0);
	byte_buf_put_u8(&body, SSH_AGENTC_SIGN_REQUEST);
	byte_buf_put_string(&body, byte_buf_view(&line.blob));
	byte_buf_put_text(&body, "data");
	byte_buf_put_u32(&body, 0);
	send_frame(fd, byte_buf_view(&body));
	public_line_deinit(&line);
	byte_buf_deinit(&text);
	byte_buf_deinit(&body);
}

static inline void assert_signs(int fd, const char *pub)
{
	uint8_t reply[REPLY_MAX];

	send_sign_request(fd, pub);
	ck_assert_uint_eq(receive_frame(fd, reply).ptr[0], SSH_AGENT_SIGN_RESPONSE);
}

static inline void assert_end_of_file(int fd)
{
	struct pollfd readable = {.fd = fd, .events = POLLIN};
	char c;

	ck_assert_int_eq(poll(&readable, 1, REPLY_TIMEOUT_MS), 1);
	ck_assert_int_le(recv(fd, &c, 1, 0), 0);
}

#endif
