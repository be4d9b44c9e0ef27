/*
 * fuzz_control_client - what `ssh-forward-agentd token` and its likes make of a daemon's answer. The first byte
 * says whether the daemon reads the request before it hangs up.
 */
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agentd/control.h"
#include "agentd/control_client.h"
#include "agentd/unix_socket.h"
#include "tests/fuzz/fuzz.h"

enum { READS_REQUEST = 1 };

static const char request[] = "token id=one";
static char directory[] = "/dev/shm/fuzz-control-XXXXXX";
static char socket_path[80];
static int listen_fd = -1;
static struct byte_view said;
static bool reads_request;

static void remove_all(void)
{
	unlink(socket_path);
	*strrchr(socket_path, '/') = '\0';
	rmdir(socket_path);
	rmdir(directory);
}

static void set_up(void)
{
	char inner[64];

	if (listen_fd >= 0)
		return;
	FUZZ_CHECK(mkdtemp(directory) != NULL && atexit(remove_all) == 0);
	FUZZ_CHECK(setenv("XDG_RUNTIME_DIR", directory, 1) == 0);
	snprintf(inner, sizeof(inner), "%s/ssh-forward-agentd", directory);
	snprintf(socket_path, sizeof(socket_path), "%s/control.sock", inner);
	FUZZ_CHECK(mkdir(inner, 0700) == 0);
	listen_fd = unix_socket_listen(socket_path);
	FUZZ_CHECK(listen_fd >= 0);
}

/* The daemon's part, done as soon as it is asked. */
static void serve(void)
{
	int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
	char line[64];

	FUZZ_CHECK(fd >= 0);
	if (reads_request) {
		ssize_t len = read(fd, line, sizeof(line));

		FUZZ_CHECK(len == (ssize_t)sizeof(request) && line[len - 1] == '\n' &&
			   memcmp(line, request, sizeof(request) - 1) == 0);
	}
	FUZZ_CHECK(write(fd, said.ptr, said.len) == (ssize_t)said.len);
	close(fd);
}

/* In the place of the C library's, for there is no other process to serve. */
ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	ssize_t len = syscall(SYS_sendmsg, fd, message, flags);

	serve();
	return len;
}

/* The first line, up to a NUL. */
static struct byte_view first_line(void)
{
	struct byte_view line = {said.ptr, 0};

	while (line.len < said.len && line.ptr[line.len] != '\n' && line.ptr[line.len] != '\0')
		line.len++;
	return line;
}

static bool begins(struct byte_view line, const char *word)
{
	return line.len >= strlen(word) && memcmp(line.ptr, word, strlen(word)) == 0;
}

/* All of the text behind the word, and its NUL. */
static void check_text(struct byte_view line, size_t word_len, const char *text, size_t max)
{
	struct byte_view expected = {line.ptr + word_len, line.len - word_len};

	if (expected.len > max)
		expected.len = max;
	FUZZ_CHECK(view_equal(view_of(text), expected));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char fault[CONTROL_FAULT_MAX] = "";
	struct byte_buf answer;
	struct byte_view line;
	int err;

	if (size == 0)
		return 0;
	set_up();
	reads_request = (data[0] & READS_REQUEST) != 0;
	said = (struct byte_view){data + 1, size - 1};
	line = first_line();
	err = control_client_try(request, "start one", &answer, fault);
	if (err == 0) {
		FUZZ_CHECK(begins(line, "ok ") && fault[0] == '\0');
		FUZZ_CHECK(answer.len == line.len - 3 + 1 && answer.data[answer.len - 1] == '\0');
		check_text(line, 3, (const char *)answer.data, SIZE_MAX);
	} else if (err == -EPERM) {
		FUZZ_CHECK(begins(line, "error "));
		check_text(line, 6, fault, sizeof(fault) - 1);
	} else {
		FUZZ_CHECK(said.len == 0 ? err == -EPIPE || err == -ECONNRESET : err == -EBADMSG);
		FUZZ_CHECK(!begins(line, "ok ") && !begins(line, "error "));
		FUZZ_CHECK(fault[0] != '\0' && strlen(fault) < sizeof(fault));
	}
	byte_buf_deinit(&answer);
	return 0;
}
