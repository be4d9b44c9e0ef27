#include "agentd/local.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "agentd/inbox.h"
#include "agentd/peer_cred.h"
#include "agentd/report.h"
#include "common/frame.h"
#include "common/hung_up.h"
#include "common/log.h"

/* Input that may wait behind a request in flight before we stop reading. */
enum { LOCAL_AHEAD_MAX = 64 * 1024 };

static void local_run(struct local *local);

static void on_handle_closed(uv_handle_t *handle)
{
	struct local *local = handle->data;

	if (--local->open_handles > 0)
		return;
	byte_buf_deinit(&local->out);
	LIST_REMOVE(local, entry);
	free(local);
}

void local_close(struct local *local)
{
	if (local->is_closing)
		return;
	local->is_closing = true;
	if (local->relay != NULL)
		relay_close(local->relay);
	uv_close((uv_handle_t *)&local->pipe, on_handle_closed);
	uv_close((uv_handle_t *)&local->again, on_handle_closed);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	static char shared[LOCAL_AHEAD_MAX]; /* copied before the next read */

	(void)handle;
	(void)suggested;
	*buf = uv_buf_init(shared, sizeof(shared));
}

/* Nobody is asked to confirm a signature, or to touch a key, for who is gone. */
static bool local_is_left(const struct local *local)
{
	uv_os_fd_t fd;

	return uv_fileno((const uv_handle_t *)&local->pipe, &fd) == 0 && is_hung_up(fd);
}

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
	struct local *local = stream->data;
	int err = 0;

	if (local->is_closing || nread == 0)
		return;
	if (nread < 0 && local_is_left(local)) {
		local_close(local);
		return;
	}
	if (nread < 0) {
		/* Whoever half-closes still gets the answer to what was asked. */
		relay_end_input(local->relay);
		uv_read_stop(stream);
	} else {
		err = relay_input(local->relay,
				  (struct byte_view){(uint8_t *)buf->base, (size_t)nread});
	}
	if (err != 0) {
		if (report_is_due())
			log_warn("agent connection ended peer=%s: %s", local->grant.peer,
				 inbox_fault(err));
		local_close(local);
		return;
	}
	local_run(local);
	if (!local->is_closing && nread > 0 && relay_is_busy(local->relay) &&
	    nread >= LOCAL_AHEAD_MAX / 2) {
		uv_read_stop(stream);
		local->is_paused = true;
	}
}

static void on_again(uv_idle_t *idle)
{
	struct local *local = idle->data;

	uv_idle_stop(idle);
	if (!local->is_closing)
		local_run(local);
}

/* One request a turn of the loop, so that a peer who sends many does not keep others waiting. */
static void local_run(struct local *local)
{
	if (local->out.len > 0 || relay_is_busy(local->relay))
		return;
	if (local->is_ending) {
		local_close(local);
		return;
	}
	relay_run(local->relay);
}

/* The reply has left: go on. */
static void local_next(struct local *local)
{
	if (local->is_paused) {
		local->is_paused = false;
		uv_read_start((uv_stream_t *)&local->pipe, on_alloc, on_read);
	}
	uv_idle_start(&local->again, on_again);
}

static void on_written(uv_write_t *write, int status)
{
	struct local *local = write->data;

	if (local->is_closing)
		return;
	byte_buf_clear(&local->out);
	if (status < 0)
		local_close(local);
	else
		local_next(local);
}

static void on_replied(struct relay *relay, struct byte_view frame)
{
	struct local *local = relay_owner(relay);
	/* libuv does not write through it */
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)frame.ptr, (unsigned)frame.len);
	int written = uv_try_write((uv_stream_t *)&local->pipe, &buf, 1);

	if (written < 0 && written != UV_EAGAIN) {
		local_close(local);
		return;
	}
	if (written < 0)
		written = 0;
	if ((size_t)written == frame.len) {
		local_next(local);
		return;
	}
	byte_buf_put_bytes(&local->out, frame.ptr + written, frame.len - (size_t)written);
	if (byte_buf_status(&local->out) != 0) {
		local_close(local);
		return;
	}
	buf = uv_buf_init((char *)local->out.data, (unsigned)local->out.len);
	local->write.data = local;
	if (uv_write(&local->write, (uv_stream_t *)&local->pipe, &buf, 1, on_written) < 0)
		local_close(local);
}

static void on_ended(struct relay *relay)
{
	struct local *local = relay_owner(relay);

	if (local->is_closing)
		return;
	local->is_ending = true;
	if (local->out.len == 0)
		local_close(local);
}

static const struct relay_events local_relay_events = {
	.on_replied = on_replied,
	.on_ended = on_ended,
};

void local_accept(struct front *front, int fd, struct source *source)
{
	struct local *local = calloc(1, sizeof(*local));

	if (local == NULL) {
		close(fd);
		return;
	}
	local->front = front;
	local->grant.link = ++front->last_link;
	local->grant.since = time(NULL);
	local->grant.since_s = lease_clock_s();
	if (!peer_cred_is_ours(fd, local->grant.peer)) {
		if (report_is_due())
			log_warn("agent connection refused peer=%s id=%s: the socket serves its "
				 "owner and root",
				 local->grant.peer, source->id);
		refusals_count(&front->relays.refusals, "the socket serves its owner and root");
		audit_peer(front->relays.audit, "connection-refused", &local->grant,
			   "the socket serves its owner and root", true);
		close(fd);
		free(local);
		return;
	}
	byte_buf_init(&local->out, FRAME_LEN_MAX);
	uv_pipe_init(front->loop, &local->pipe, 0);
	uv_idle_init(front->loop, &local->again);
	local->pipe.data = local;
	local->again.data = local;
	local->open_handles = 2;
	LIST_INSERT_HEAD(&front->locals, local, entry);
	local->relay = relay_new(&front->relays, source, &local->grant, &local_relay_events, local);
	if (local->relay == NULL || uv_pipe_open(&local->pipe, fd) < 0) {
		close(fd);
		local_close(local);
		return;
	}
	uv_read_start((uv_stream_t *)&local->pipe, on_alloc, on_read);
}
