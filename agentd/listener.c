#include "agentd/listener.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "common/spare_descriptors.h"

enum {
	LISTENER_ACCEPTS_PER_TURN =
		2, /* each costs as much as several requests of those who are in */
	LISTENER_PAUSE_MS = 100,
	LISTENER_BUSY_MS = 1,
	/*
	 * Descriptors that a connection costs: its own, a link's second, a pair for the keeper. Who
	 * would not get them waits in the backlog, rather than be accepted and dropped.
	 */
	LISTENER_DESCRIPTORS_NEEDED = 4,
};

static void on_readable(uv_poll_t *poll, int status, int events);

static void on_pause_over(uv_timer_t *timer)
{
	struct listener *listener = timer->data;

	if (!listener->is_closing)
		uv_poll_start(&listener->poll, UV_READABLE, on_readable);
}

static void listener_rest(struct listener *listener, unsigned time_ms)
{
	uv_poll_stop(&listener->poll);
	uv_timer_start(&listener->pause, on_pause_over, time_ms, 0);
}

static void listener_pause(struct listener *listener, const char *reason)
{
	if (!listener->has_said_so)
		log_warn("not accepting on %s for now: %s", listener->name, reason);
	listener->has_said_so = true;
	listener_rest(listener, LISTENER_PAUSE_MS);
}

static bool is_passing(int err)
{
	/* accept(2): errors of the new connection come back from accept, and mean nothing here */
	return err == EINTR || err == ECONNABORTED || err == EPROTO || err == ENETDOWN ||
	       err == ENOPROTOOPT || err == EHOSTDOWN || err == ENONET || err == EHOSTUNREACH ||
	       err == ENETUNREACH;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct listener *listener = poll->data;

	(void)status;
	(void)events;
	for (int i = 0; i < LISTENER_ACCEPTS_PER_TURN && !listener->is_closing; i++) {
		struct sockaddr_storage peer = {0};
		socklen_t len = sizeof(peer);
		int err;
		int fd;

		if (listener->events->is_busy != NULL && listener->events->is_busy(listener)) {
			listener_rest(listener, LISTENER_BUSY_MS);
			return;
		}
		if (listener->events->is_full != NULL && listener->events->is_full(listener)) {
			listener_pause(listener, "as many links are open as are allowed");
			return;
		}
		err = spare_descriptors_check(listener->fd, LISTENER_DESCRIPTORS_NEEDED);
		if (err != 0) {
			listener_pause(listener, strerror(-err));
			return;
		}
		fd = accept4(listener->fd, (struct sockaddr *)&peer, &len,
			     SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			listener->has_said_so = false;
			listener->events->on_accepted(listener, fd, (struct sockaddr *)&peer);
		} else if (errno == EAGAIN) {
			return;
		} else if (!is_passing(errno)) {
			listener_pause(listener, strerror(errno)); /* ENFILE, ENOMEM... */
			return;
		}
	}
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct listener *listener = handle->data;

	if (--listener->open_handles > 0)
		return;
	close(listener->fd);
	listener->events->on_closed(listener);
}

int listener_init(struct listener *listener, uv_loop_t *loop, int fd, const char *name,
		  const struct listener_events *events, void *owner)
{
	int err;

	*listener = (struct listener){.fd = fd, .name = name, .events = events, .owner = owner};
	err = uv_poll_init(loop, &listener->poll, fd);
	if (err < 0) {
		close(fd);
		return err;
	}
	uv_timer_init(loop, &listener->pause);
	listener->poll.data = listener;
	listener->pause.data = listener;
	listener->open_handles = 2;
	return uv_poll_start(&listener->poll, UV_READABLE, on_readable);
}

void listener_close(struct listener *listener)
{
	if (listener->is_closing)
		return;
	listener->is_closing = true;
	uv_poll_stop(&listener->poll);
	uv_close((uv_handle_t *)&listener->poll, on_handle_closed);
	uv_close((uv_handle_t *)&listener->pause, on_handle_closed);
}
