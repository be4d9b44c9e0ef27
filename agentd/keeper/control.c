#include "agentd/keeper/control.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Room and alignment for one descriptor. */
union fd_message {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

static int send_error(int error)
{
	switch (error) {
	case EAGAIN:
	case EINTR:
	case ENOBUFS:
	case ENOMEM:
	case ETOOMANYREFS: /* descriptors in flight: the keeper is behind */
		return -EAGAIN;
	default:
		return -EPIPE;
	}
}

int control_send(int control_fd, enum control_verb verb, struct byte_view id, int fd)
{
	uint8_t verb_byte = (uint8_t)verb;
	struct iovec parts[] = {
		{.iov_base = &verb_byte, .iov_len = 1},
		{.iov_base = (void *)(uintptr_t)id.ptr, .iov_len = id.len},
	};
	union fd_message rights = {.header = {.cmsg_len = CMSG_LEN(sizeof(fd)),
					      .cmsg_level = SOL_SOCKET,
					      .cmsg_type = SCM_RIGHTS}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

	if (id.len > CONTROL_ID_MAX)
		return -EINVAL;
	if (fd >= 0) {
		memcpy(CMSG_DATA(&rights.header), &fd, sizeof(fd));
		message.msg_control = &rights;
		message.msg_controllen = sizeof(rights.room);
	}
	if (sendmsg(control_fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return send_error(errno);
	return 0;
}

/* How many descriptors came along; the only one in *fd, of more none stays open. The room, aligned, holds two. */
static size_t take_fds(struct msghdr *header, int *fd)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(header);
	size_t count;

	*fd = -1;
	if (cmsg == NULL || cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
		return 0;
	count = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(*fd);
	for (size_t i = 0; i < count; i++) {
		memcpy(fd, CMSG_DATA(cmsg) + i * sizeof(*fd), sizeof(*fd));
		if (count > 1)
			close(*fd);
	}
	if (count > 1)
		*fd = -1;
	return count;
}

int control_receive(int control_fd, struct control_message *message)
{
	uint8_t verb;
	struct iovec parts[] = {
		{.iov_base = &verb, .iov_len = 1},
		{.iov_base = message->id, .iov_len = sizeof(message->id)},
	};
	union fd_message rights;
	struct msghdr header = {.msg_iov = parts,
				.msg_iovlen = 2,
				.msg_control = &rights,
				.msg_controllen = sizeof(rights.room)};
	ssize_t len = recvmsg(control_fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	size_t fd_count;

	if (len < 0)
		return errno == EAGAIN || errno == EINTR ? -EAGAIN : -EPIPE;
	if (len == 0)
		return -EPIPE;
	fd_count = take_fds(&header, &message->fd);
	message->id_len = (size_t)len - 1;
	message->verb = (enum control_verb)verb;
	/* Without a descriptor, our table of them is full; then the front sees its end close. */
	if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 &&
	    fd_count == (verb == CONTROL_SERVE ? 1 : 0) &&
	    (verb == CONTROL_SERVE || verb == CONTROL_FORGET))
		return 0;
	if (message->fd >= 0)
		close(message->fd);
	return -EBADMSG;
}

int control_send_status(int control_fd, int status)
{
	return send(control_fd, &status, sizeof(status), MSG_NOSIGNAL) < 0 ? send_error(errno) : 0;
}

int control_poll_status(int control_fd, int *status)
{
	int received;
	ssize_t len = recv(control_fd, &received, sizeof(received), MSG_DONTWAIT | MSG_TRUNC);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return -EAGAIN;
	if (len != (ssize_t)sizeof(received))
		return -EPIPE;
	*status = received;
	return 0;
}

int control_receive_status(int control_fd, int *status)
{
	int received;
	ssize_t len;

	do
		len = recv(control_fd, &received, sizeof(received), MSG_TRUNC);
	while (len < 0 && errno == EINTR);
	if (len != (ssize_t)sizeof(received))
		return -EPIPE;
	*status = received;
	return 0;
}
