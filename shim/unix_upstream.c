#include "shim/unix_upstream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/frame.h"

enum {
	READ_CHUNK = 16 * 1024,
	/* A full backlog is what a burst of connections makes: the listener gets a while for it. */
	BACKLOG_RETRY_MS = 10,
	BACKLOG_TRIES = 500,
};

struct unix_upstream {
	struct upstream base;
	uv_pipe_t pipe;
	uv_timer_t connecting;
	uv_write_t write;
	struct byte_buf out; /* what the running write is sending */
	int open_handles;
	int tries_left;
	bool is_writing;
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
};

static void on_handle_closed(uv_handle_t *handle)
{
	struct unix_upstream *upstream = handle->data;

	if (--upstream->open_handles > 0)
		return;
	byte_buf_deinit(&upstream->out);
	free(upstream);
}

static void unix_upstream_close(struct upstream *base)
{
	struct unix_upstream *upstream = (struct unix_upstream *)base;

	if (uv_is_closing((uv_handle_t *)&upstream->pipe))
		return;
	uv_close((uv_handle_t *)&upstream->pipe, on_handle_closed);
	uv_close((uv_handle_t *)&upstream->connecting, on_handle_closed);
}

/* The peer ended it, or broke it. */
static void unix_upstream_end(struct unix_upstream *upstream, const char *reason)
{
	const struct upstream_events *events = upstream->base.events;

	upstream->base.events = NULL;
	unix_upstream_close(&upstream->base);
	if (events != NULL)
		events->on_closed(upstream->base.owner, reason);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	static char chunk[READ_CHUNK]; /* its content is taken before the next read */

	(void)handle;
	(void)suggested;
	*buf = uv_buf_init(chunk, sizeof(chunk));
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
	struct unix_upstream *upstream = stream->data;
	const struct byte_view bytes = {.ptr = (const uint8_t *)buf->base,
					.len = got > 0 ? (size_t)got : 0};

	if (upstream->base.events == NULL || got == 0)
		return;
	if (got < 0)
		unix_upstream_end(upstream, got == UV_EOF ? NULL : strerror((int)-got));
	else if (upstream->base.events->on_data(upstream->base.owner, bytes))
		upstream->base.events->on_ready(upstream->base.owner);
	else
		unix_upstream_end(upstream, "the daemon's reply breaks the agent protocol");
}

static void on_written(uv_write_t *write, int status)
{
	struct unix_upstream *upstream = write->handle->data;

	upstream->is_writing = false;
	byte_buf_clear(&upstream->out);
	if (status != 0 && upstream->base.events != NULL)
		unix_upstream_end(upstream, strerror(-status));
}

/* Callers have one request in flight, so one running write is enough. */
static int unix_upstream_send(struct upstream *base, struct byte_view bytes)
{
	struct unix_upstream *upstream = (struct unix_upstream *)base;
	uv_buf_t buf;

	if (upstream->is_writing)
		return -EMSGSIZE;
	byte_buf_put_bytes(&upstream->out, bytes.ptr, bytes.len);
	if (byte_buf_status(&upstream->out) != 0)
		return -EMSGSIZE;
	buf = uv_buf_init((char *)upstream->out.data, (unsigned int)upstream->out.len);
	if (uv_write(&upstream->write, (uv_stream_t *)&upstream->pipe, &buf, 1, on_written) != 0)
		return -EPIPE;
	upstream->is_writing = true;
	return 0;
}

static const struct upstream_ops unix_upstream_ops = {
	.send = unix_upstream_send,
	.close = unix_upstream_close,
};

/* The socket, or a negative errno. A Unix socket connects at once or not at all. */
static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;
	int err;

	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static const char *connecting_fault(int error)
{
	switch (error) {
	case ENOENT:
	case ECONNREFUSED:
		return "nobody listens at the daemon's socket any more";
	case EAGAIN:
		return "the daemon takes no further connection";
	case EMFILE:
	case ENFILE:
		return "ssh-shim is out of file descriptors; raise the limit of the build (ulimit "
		       "-n)";
	default:
		return strerror(error);
	}
}

static void on_connecting(uv_timer_t *timer)
{
	struct unix_upstream *upstream = timer->data;
	int fd;

	if (upstream->base.events == NULL)
		return;
	fd = connect_to(upstream->path);
	if (fd == -EAGAIN && --upstream->tries_left > 0) {
		uv_timer_start(timer, on_connecting, BACKLOG_RETRY_MS, 0);
		return;
	}
	if (fd < 0) {
		unix_upstream_end(upstream, connecting_fault(-fd));
		return;
	}
	uv_pipe_open(&upstream->pipe, fd);
	uv_read_start((uv_stream_t *)&upstream->pipe, on_alloc, on_read);
	upstream->base.events->on_open(upstream->base.owner);
}

int unix_upstream_open(uv_loop_t *loop, const char *path, const struct upstream_events *events,
		       void *owner, struct upstream **out)
{
	struct unix_upstream *upstream;

	if (strlen(path) >= sizeof(upstream->path))
		return -ENAMETOOLONG;
	upstream = calloc(1, sizeof(*upstream));
	if (upstream == NULL)
		return -ENOMEM;
	upstream->base =
		(struct upstream){.ops = &unix_upstream_ops, .events = events, .owner = owner};
	memcpy(upstream->path, path, strlen(path) + 1);
	upstream->tries_left = BACKLOG_TRIES;
	byte_buf_init(&upstream->out, FRAME_LEN_MAX);
	uv_pipe_init(loop, &upstream->pipe, 0);
	uv_timer_init(loop, &upstream->connecting);
	upstream->pipe.data = upstream;
	upstream->connecting.data = upstream;
	upstream->open_handles = 2;
	uv_timer_start(&upstream->connecting, on_connecting, 0, 0);
	*out = &upstream->base;
	return 0;
}
