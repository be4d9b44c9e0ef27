#include "bench/agent_client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/agent_msg.h"
#include "common/frame.h"

enum {
	AGENT_ANSWER_TIMEOUT_MS = 30000,
	AGENT_READ_LEN = 16 * 1024,
};

int agent_connect(const char *path, int *fd)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int sock;
	int err;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return -errno;
	if (connect(sock, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    fcntl(sock, F_SETFL, O_NONBLOCK) < 0) {
		err = -errno;
		close(sock);
		return err;
	}
	*fd = sock;
	return 0;
}

/* Appends what arrives to stream until it holds a frame. */
static int agent_await_frame(int fd, struct byte_buf *stream, size_t *body_len)
{
	struct pollfd readable = {.fd = fd, .events = POLLIN};
	uint8_t chunk[AGENT_READ_LEN];
	ssize_t got;
	int err;

	while ((err = frame_peek(byte_buf_view(stream), body_len)) == -EAGAIN) {
		if (poll(&readable, 1, AGENT_ANSWER_TIMEOUT_MS) == 0)
			return -ETIMEDOUT;
		got = read(fd, chunk, sizeof(chunk));
		if (got < 0)
			return -errno;
		if (got == 0)
			return -ECONNRESET;
		byte_buf_put_bytes(stream, chunk, (size_t)got);
		if (byte_buf_status(stream) != 0)
			return byte_buf_status(stream);
	}
	return err;
}

int agent_greet(int fd, struct byte_view frame)
{
	struct byte_buf stream;
	struct reader r;
	size_t body_len;
	int err = -EPIPE;

	byte_buf_init(&stream, FRAME_LEN_MAX);
	/* A few hundred bytes into an empty socket: written whole, or the peer is gone. */
	if (send(fd, frame.ptr, frame.len, MSG_NOSIGNAL) == (ssize_t)frame.len)
		err = agent_await_frame(fd, &stream, &body_len);
	if (err == 0) {
		r = reader_of(frame_body(byte_buf_view(&stream), body_len));
		err = reader_u8(&r) == SSH_AGENT_SUCCESS ? 0 : -EPERM;
	}
	byte_buf_deinit(&stream);
	return err;
}

static bool agent_key_has_type(struct byte_view key_blob, const char *type)
{
	struct reader r = reader_of(key_blob);

	return type == NULL || view_equals_text(reader_string(&r), type);
}

static int agent_find_key(struct byte_view answer, struct agent_key_choice choice,
			  struct byte_buf *key_blob)
{
	struct identity_list list;
	struct identity identity;
	int err = agent_identities_start(answer, &list);

	while (err == 0 && (err = agent_identities_next(&list, &identity)) == 0) {
		if (!agent_key_has_type(identity.key_blob, choice.type))
			continue;
		if (choice.index-- > 0)
			continue;
		byte_buf_put_bytes(key_blob, identity.key_blob.ptr, identity.key_blob.len);
		return byte_buf_status(key_blob);
	}
	return err == -ENOENT ? -ENOKEY : err; /* all walked through, and none was it */
}

int agent_choose_key(const char *path, struct agent_key_choice choice, struct byte_buf *key_blob)
{
	struct byte_buf request;
	struct byte_buf stream;
	size_t body_len;
	int fd = -1;
	int err;

	byte_buf_init(&request, FRAME_LEN_MAX);
	byte_buf_init(&stream, FRAME_LEN_MAX);
	agent_put_simple(&request, SSH_AGENTC_REQUEST_IDENTITIES);
	err = byte_buf_status(&request);
	if (err != 0)
		goto out;
	err = agent_connect(path, &fd);
	if (err != 0)
		goto out;
	/* Five bytes into an empty socket: written whole, or the peer is gone. */
	if (write(fd, request.data, request.len) != (ssize_t)request.len) {
		err = -EPIPE;
		goto out;
	}
	err = agent_await_frame(fd, &stream, &body_len);
	if (err == 0)
		err = agent_find_key(frame_body(byte_buf_view(&stream), body_len), choice,
				     key_blob);
out:
	if (fd >= 0)
		close(fd);
	byte_buf_deinit(&stream);
	byte_buf_deinit(&request);
	return err;
}
