#include "shim/dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/address.h"

enum {
	/*
	 * A machine, or a container and its network, that went away without a word is noticed within ten seconds,
	 * busy or idle: the user timeout cuts off both what is not acknowledged and keep-alive probes.
	 */
	KEEPALIVE_IDLE_SECONDS = 4,
	KEEPALIVE_INTERVAL_SECONDS = 2,
	UNACKNOWLEDGED_MAX_MS = 10 * 1000,
};

struct dial {
	uv_poll_t poll;
	uv_timer_t deadline;
	int open_handles;
	int fd; /* -1 once handed over */
	dial_done on_done;
	void *owner;
	bool is_closing;
};

static void set_option(int fd, int level, int option, int value)
{
	/* Comfort, not correctness: a kernel without the option still carries the link. */
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

static void tune(int fd)
{
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS);
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS);
	set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKNOWLEDGED_MAX_MS);
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct dial *dial = handle->data;

	if (--dial->open_handles > 0)
		return;
	if (dial->fd >= 0)
		close(dial->fd);
	free(dial);
}

static void close_handles(struct dial *dial)
{
	dial->is_closing = true;
	uv_close((uv_handle_t *)&dial->poll, on_handle_closed);
	uv_close((uv_handle_t *)&dial->deadline, on_handle_closed);
}

/* Closes first: the owner will put a poll handle of its own on the descriptor. */
static void finish(struct dial *dial, int err)
{
	int fd = -1;

	close_handles(dial);
	if (err == 0) {
		fd = dial->fd;
		dial->fd = -1; /* transferred */
	}
	dial->on_done(dial->owner, err, fd);
}

static void on_writable(uv_poll_t *poll, int status, int events)
{
	struct dial *dial = poll->data;
	int socket_error = 0;
	socklen_t len = sizeof(socket_error);

	(void)status; /* the socket itself knows better */
	(void)events;
	if (dial->is_closing)
		return;
	if (getsockopt(dial->fd, SOL_SOCKET, SO_ERROR, &socket_error, &len) != 0)
		socket_error = errno;
	finish(dial, -socket_error);
}

static void on_deadline(uv_timer_t *timer)
{
	struct dial *dial = timer->data;

	if (!dial->is_closing)
		finish(dial, -ETIMEDOUT);
}

int dial_start(uv_loop_t *loop, const struct sockaddr_storage *address, unsigned int timeout_ms,
	       dial_done on_done, void *owner, struct dial **out)
{
	struct dial *dial = calloc(1, sizeof(*dial));
	int err;

	if (dial == NULL)
		return -ENOMEM;
	dial->on_done = on_done;
	dial->owner = owner;
	dial->fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (dial->fd < 0) {
		err = -errno;
		free(dial);
		return err;
	}
	tune(dial->fd);
	if (connect(dial->fd, (const struct sockaddr *)address,
		    address_len((const struct sockaddr *)address)) != 0 &&
	    errno != EINPROGRESS) {
		err = -errno;
		goto fail;
	}
	err = uv_poll_init(loop, &dial->poll, dial->fd);
	if (err != 0)
		goto fail;
	uv_timer_init(loop, &dial->deadline);
	dial->poll.data = dial;
	dial->deadline.data = dial;
	dial->open_handles = 2;
	uv_poll_start(&dial->poll, UV_WRITABLE, on_writable);
	uv_timer_start(&dial->deadline, on_deadline, timeout_ms, 0);
	*out = dial;
	return 0;
fail:
	close(dial->fd);
	free(dial);
	return err;
}

void dial_close(struct dial *dial)
{
	close_handles(dial);
}
