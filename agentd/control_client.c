#include "agentd/control_client.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agentd/control.h"
#include "agentd/peer_cred.h"
#include "agentd/runtime_dir.h"
#include "agentd/unix_socket.h"
#include "common/address.h"
#include "common/log.h"

/* Everything until the end of the stream; -EPIPE if that is nothing. */
static int read_answer(int fd, struct byte_buf *answer)
{
	char chunk[4096];
	ssize_t len;

	while ((len = read(fd, chunk, sizeof(chunk))) > 0)
		byte_buf_put_bytes(answer, chunk, (size_t)len);
	explicit_bzero(chunk, sizeof(chunk));
	if (answer->len == 0)
		return len < 0 ? -errno : -EPIPE;
	byte_buf_put_u8(answer, '\0');
	return byte_buf_status(answer);
}

/* Takes the "ok " and the newline off. */
static int judge_answer(struct byte_buf *answer)
{
	char *text = (char *)answer->data;
	size_t len = strcspn(text, "\n");

	text[len] = '\0';
	answer->len = len + 1;
	if (strncmp(text, "ok ", 3) == 0) {
		byte_buf_consume(answer, 3);
		return 0;
	}
	if (strncmp(text, "error ", 6) == 0) {
		log_error("%s", text + 6);
		return -EPERM;
	}
	log_error("the daemon's answer is garbled");
	return -EBADMSG;
}

/* The descriptor, or a negative errno after a report. */
static int control_connect(const char *path, const char *instead)
{
	char listener[ADDRESS_TEXT_MAX];
	int fd = unix_socket_connect(path);

	if (fd < 0) {
		log_error("no ssh-forward-agentd of this user answers at %s (%s); %s", path,
			  strerror(-fd), instead);
		return fd;
	}
	/* Where the directory is in /tmp, anybody may have made it, to have builds come to him. */
	if (!peer_cred_is_ours(fd, listener)) {
		log_error("whoever listens at %s is neither you nor root (%s); remove that, or set "
			  "XDG_RUNTIME_DIR",
			  path, listener);
		close(fd);
		return -EPERM;
	}
	return fd;
}

static int control_send(int fd, const char *line)
{
	static char newline[] = "\n";
	struct iovec parts[] = {
		/* sendmsg does not write through it */
		{.iov_base = (char *)(uintptr_t)line, .iov_len = strlen(line)},
		{.iov_base = newline, .iov_len = 1},
	};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

	return sendmsg(fd, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int control_client_ask(const char *line, const char *instead, struct byte_buf *answer)
{
	char path[RUNTIME_DIR_MAX];
	int err = runtime_dir_control_path(path);
	int fd;

	byte_buf_init(answer, CONTROL_ANSWER_MAX);
	if (err < 0) {
		log_error("there is no place for the daemon's socket (%s); set XDG_RUNTIME_DIR",
			  strerror(-err));
		return err;
	}
	fd = control_connect(path, instead);
	if (fd < 0)
		return fd;
	/* A daemon that refuses hangs up, but has said why. */
	(void)control_send(fd, line);
	err = read_answer(fd, answer);
	if (err != 0)
		log_error("the daemon at %s hung up", path);
	else
		err = judge_answer(answer);
	close(fd);
	return err;
}
