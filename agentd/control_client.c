#include "agentd/control_client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agentd/control.h"
#include "agentd/peer_cred.h"
#include "agentd/runtime_dir.h"
#include "agentd/unix_socket.h"
#include "common/address.h"
#include "common/log.h"

enum { ANSWER_PATIENCE_S = 10 };

/* Everything until the end of the stream; -EPIPE if that is nothing. */
static int read_answer(int fd, struct byte_buf *answer)
{
	char chunk[4096];
	ssize_t len;
	int err = 0;

	while ((len = read(fd, chunk, sizeof(chunk))) > 0 || (len < 0 && errno == EINTR)) {
		if (len > 0)
			byte_buf_put_bytes(answer, chunk, (size_t)len);
	}
	/* One that refuses hangs up with our line unread, but has said why before. */
	if (len < 0 && (answer->len == 0 || errno == EAGAIN))
		err = -errno;
	else if (answer->len == 0)
		err = -EPIPE;
	explicit_bzero(chunk, sizeof(chunk));
	byte_buf_put_u8(answer, '\0');
	return err != 0 ? err : byte_buf_status(answer);
}

/* Takes the "ok " and the newline off. */
static int judge_answer(struct byte_buf *answer, char fault[CONTROL_FAULT_MAX])
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
		snprintf(fault, CONTROL_FAULT_MAX, "%s", text + 6);
		return -EPERM;
	}
	snprintf(fault, CONTROL_FAULT_MAX, "the daemon's answer is garbled");
	return -EBADMSG;
}

/* The descriptor, or a negative errno and why. */
static int control_connect(const char *path, const char *instead, char fault[CONTROL_FAULT_MAX])
{
	const struct timeval patience = {.tv_sec = ANSWER_PATIENCE_S};
	char listener[ADDRESS_TEXT_MAX];
	int fd = unix_socket_connect(path);

	if (fd < 0) {
		snprintf(fault, CONTROL_FAULT_MAX,
			 "no ssh-forward-agentd of this user answers at %s (%s); %s", path,
			 strerror(-fd), instead);
		return fd;
	}
	/* Where the directory is in /tmp, anybody may have made it, to have builds come to him. */
	if (!peer_cred_is_ours(fd, listener)) {
		snprintf(fault, CONTROL_FAULT_MAX,
			 "whoever listens at %s is neither you nor root (%s); remove that, or set "
			 "XDG_RUNTIME_DIR",
			 path, listener);
		close(fd);
		return -EPERM;
	}
	/* Without it, one that is stopped is waited for. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
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

int control_client_try(const char *line, const char *instead, struct byte_buf *answer,
		       char fault[CONTROL_FAULT_MAX])
{
	char path[RUNTIME_DIR_MAX];
	int err = runtime_dir_control_path(path);
	int fd;

	byte_buf_init(answer, CONTROL_ANSWER_MAX);
	if (err < 0) {
		snprintf(fault, CONTROL_FAULT_MAX,
			 "there is no place for the daemon's socket (%s); set XDG_RUNTIME_DIR",
			 strerror(-err));
		return err;
	}
	fd = control_connect(path, instead, fault);
	if (fd < 0)
		return fd;
	/* Whatever comes of it, the answer tells. */
	(void)control_send(fd, line);
	err = read_answer(fd, answer);
	if (err == -EAGAIN)
		snprintf(fault, CONTROL_FAULT_MAX,
			 "the daemon at %s says nothing for %d seconds; is it stopped?", path,
			 ANSWER_PATIENCE_S);
	else if (err != 0)
		snprintf(fault, CONTROL_FAULT_MAX, "the daemon at %s hung up", path);
	else
		err = judge_answer(answer, fault);
	close(fd);
	return err;
}

int control_client_ask(const char *line, const char *instead, struct byte_buf *answer)
{
	char fault[CONTROL_FAULT_MAX];
	int err = control_client_try(line, instead, answer, fault);

	if (err != 0)
		log_error("%s", fault);
	return err;
}
