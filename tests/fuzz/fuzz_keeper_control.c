/*
 * fuzz_keeper_control - what passes between the front and the keeper on their pair of sockets, whatever the one
 * whose end it is sends. The input is a series of packets: a byte that says how many descriptors come along (bits
 * 0 and 1), and whether it is a status (bit 2); two bytes of length; bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agentd/keeper/control.h"
#include "tests/fuzz/fuzz.h"

enum { FDS_MAX = 3, IS_STATUS = 4, PACKETS_MAX = 64 };

static int pair[2] = {-1, -1};
static int null_fd;

static void set_up(void)
{
	if (pair[0] >= 0)
		return;
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	FUZZ_CHECK(null_fd >= 0 &&
		   socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
}

static void send_packet(struct byte_view bytes, unsigned fd_count)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(FDS_MAX * sizeof(int))];
	} rights = {.header = {.cmsg_len = CMSG_LEN(fd_count * sizeof(int)),
			       .cmsg_level = SOL_SOCKET,
			       .cmsg_type = SCM_RIGHTS}};
	const int fds[FDS_MAX] = {null_fd, null_fd, null_fd};
	struct iovec part = {.iov_base = (void *)(uintptr_t)bytes.ptr, .iov_len = bytes.len};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	memcpy(CMSG_DATA(&rights.header), fds, fd_count * sizeof(int));
	if (fd_count > 0) {
		message.msg_control = &rights;
		message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
	}
	FUZZ_CHECK(sendmsg(pair[0], &message, MSG_NOSIGNAL) == (ssize_t)bytes.len);
}

/* Descriptors are the lowest there are: one that is left behind would have this. */
static int next_free_fd(void)
{
	int fd = fcntl(null_fd, F_DUPFD_CLOEXEC, 0);

	FUZZ_CHECK(fd >= 0);
	close(fd);
	return fd;
}

static void check_fd(int fd)
{
	struct stat sent;
	struct stat got;

	FUZZ_CHECK(fstat(null_fd, &sent) == 0 && fstat(fd, &got) == 0);
	FUZZ_CHECK(sent.st_ino == got.st_ino && (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	close(fd);
}

/* A message is all there was in its packet; what is none leaves nothing behind. */
static void check_message(struct byte_view bytes, unsigned fd_count)
{
	struct control_message message;
	int err = control_receive(pair[1], &message);

	if (err != 0) {
		FUZZ_CHECK(err == (bytes.len == 0 ? -EPIPE : -EBADMSG));
		FUZZ_CHECK(bytes.len == 0 || bytes.len > 1 + CONTROL_ID_MAX ||
			   (bytes.ptr[0] != CONTROL_SERVE && bytes.ptr[0] != CONTROL_FORGET) ||
			   fd_count != (bytes.ptr[0] == CONTROL_SERVE));
		return;
	}
	FUZZ_CHECK(bytes.len == 1 + message.id_len && bytes.ptr[0] == message.verb);
	FUZZ_CHECK(memcmp(message.id, bytes.ptr + 1, message.id_len) == 0);
	FUZZ_CHECK(message.verb == CONTROL_SERVE || message.verb == CONTROL_FORGET);
	FUZZ_CHECK(fd_count == (message.verb == CONTROL_SERVE));
	FUZZ_CHECK((message.fd >= 0) == (message.verb == CONTROL_SERVE));
	if (message.fd >= 0)
		check_fd(message.fd);
}

/* The same by way of the front's own function. */
static void check_sent(struct byte_view id)
{
	struct control_message message;
	const enum control_verb verbs[] = {CONTROL_SERVE, CONTROL_FORGET};

	for (size_t i = 0; i < 2; i++) {
		int fd = verbs[i] == CONTROL_SERVE ? null_fd : -1;
		int err = control_send(pair[0], verbs[i], id, fd);

		FUZZ_CHECK(err == (id.len <= CONTROL_ID_MAX ? 0 : -EINVAL));
		if (err != 0)
			continue;
		FUZZ_CHECK(control_receive(pair[1], &message) == 0 && message.verb == verbs[i]);
		FUZZ_CHECK(view_equal((struct byte_view){message.id, message.id_len}, id));
		FUZZ_CHECK((message.fd >= 0) == (fd >= 0));
		if (message.fd >= 0)
			check_fd(message.fd);
	}
}

static void check_status(struct byte_view bytes)
{
	int status = 12345;
	int given = 0;
	int err = control_poll_status(pair[1], &status);

	FUZZ_CHECK(err == (bytes.len == sizeof(status) ? 0 : -EPIPE));
	FUZZ_CHECK(err == 0 ? memcmp(&status, bytes.ptr, sizeof(status)) == 0 : status == 12345);
	if (err != 0)
		return;
	given = status;
	FUZZ_CHECK(control_send_status(pair[0], given) == 0);
	FUZZ_CHECK(control_receive_status(pair[1], &status) == 0 && status == given);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader input = reader_of((struct byte_view){data, size});
	struct control_message message;
	int status;
	int free_fd;

	set_up();
	free_fd = next_free_fd();
	for (unsigned i = 0; i < PACKETS_MAX && input.left > 2; i++) {
		uint8_t what = reader_u8(&input);
		size_t len = reader_u16(&input);
		struct byte_view bytes = reader_bytes(&input, len < input.left ? len : input.left);

		if ((what & IS_STATUS) != 0) {
			send_packet(bytes, 0);
			check_status(bytes);
		} else {
			/* Where nothing comes the front is gone, and the keeper ends with all it has. */
			unsigned fd_count = bytes.len > 0 ? what & FDS_MAX : 0;

			send_packet(bytes, fd_count);
			check_message(bytes, fd_count);
			check_sent(bytes);
		}
		FUZZ_CHECK(next_free_fd() == free_fd);
	}
	FUZZ_CHECK(control_receive(pair[1], &message) == -EAGAIN);
	FUZZ_CHECK(control_poll_status(pair[1], &status) == -EAGAIN);
	return 0;
}
