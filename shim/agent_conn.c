#include "shim/agent_conn.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/agent_msg.h"
#include "common/frame.h"
#include "common/hung_up.h"
#include "common/log.h"
#include "shim/wait_notice.h"

enum { READ_CHUNK = 16 * 1024 };

static void conn_advance(struct agent_conn *conn);

static void conn_set_state(struct agent_conn *conn, enum agent_conn_state state)
{
	static const bool is_edge[][AGENT_CONN_CLOSING + 1] = {
		[AGENT_CONN_IDLE] = {[AGENT_CONN_WAITING] = true, [AGENT_CONN_CLOSING] = true},
		[AGENT_CONN_WAITING] = {[AGENT_CONN_WRITING] = true, [AGENT_CONN_CLOSING] = true},
		[AGENT_CONN_WRITING] = {[AGENT_CONN_IDLE] = true, [AGENT_CONN_CLOSING] = true},
		[AGENT_CONN_CLOSING] = {false},
	};

	(void)is_edge;
	assert(is_edge[conn->state][state]);
	if (state == AGENT_CONN_WAITING)
		liveness_begin(&conn->uplink->liveness);
	else if (conn->state == AGENT_CONN_WAITING)
		liveness_end(&conn->uplink->liveness);
	conn->state = state;
}

static void conn_begin_signing(struct agent_conn *conn)
{
	if (conn->uplink->notice == NULL ||
	    conn->request.data[FRAME_HEADER_LEN] != SSH_AGENTC_SIGN_REQUEST)
		return;
	conn->is_signing = true;
	wait_notice_begin(conn->uplink->notice);
}

static void conn_end_signing(struct agent_conn *conn)
{
	if (conn->is_signing)
		wait_notice_end(conn->uplink->notice);
	conn->is_signing = false;
}

static void on_pipe_closed(uv_handle_t *handle)
{
	struct agent_conn *conn = handle->data;

	byte_buf_deinit(&conn->request);
	byte_buf_deinit(&conn->reply);
	conn->on_closed(conn);
	free(conn);
}

void agent_conn_close(struct agent_conn *conn)
{
	if (conn->state == AGENT_CONN_CLOSING)
		return;
	conn_set_state(conn, AGENT_CONN_CLOSING);
	conn_end_signing(conn);
	if (conn->upstream != NULL)
		upstream_close(conn->upstream);
	conn->upstream = NULL;
	uv_close((uv_handle_t *)&conn->pipe, on_pipe_closed);
}

static void on_reply_written(struct agent_conn *conn)
{
	byte_buf_clear(&conn->reply);
	if (conn->is_last) {
		agent_conn_close(conn);
		return;
	}
	conn_set_state(conn, AGENT_CONN_IDLE);
	conn_advance(conn);
}

static void on_written(uv_write_t *write, int status)
{
	struct agent_conn *conn = write->handle->data;

	if (conn->state == AGENT_CONN_CLOSING)
		return;
	if (status != 0)
		agent_conn_close(conn);
	else
		on_reply_written(conn);
}

/* The reply buffer holds the whole reply, and stays as it is until it has been written. */
static void conn_write_reply(struct agent_conn *conn)
{
	uv_stream_t *stream = (uv_stream_t *)&conn->pipe;
	uv_buf_t buf = uv_buf_init((char *)conn->reply.data, (unsigned int)conn->reply.len);
	int written;

	conn_set_state(conn, AGENT_CONN_WRITING);
	conn_end_signing(conn);
	byte_buf_consume(&conn->request, conn->in_flight_len);
	conn->in_flight_len = 0;
	written = uv_try_write(stream, &buf, 1); /* nearly always enough, and no wake-up */
	if (written == (int)buf.len) {
		on_reply_written(conn);
		return;
	}
	if (written > 0) {
		buf.base += written;
		buf.len -= (size_t)written;
	}
	if ((written < 0 && written != UV_EAGAIN) ||
	    uv_write(&conn->write, stream, &buf, 1, on_written) != 0)
		agent_conn_close(conn);
}

/* reason: as failure_notice_tell takes it. */
static void conn_tell_failure(struct agent_conn *conn, const char *reason)
{
	failure_notice_tell(&conn->uplink->failures, uv_now(conn->pipe.loop),
			    conn->request.data[FRAME_HEADER_LEN], conn->id, reason);
}

/* Answers the request in flight in the agent's place, as an agent that cannot; then it is over. */
static void conn_fail_request(struct agent_conn *conn, const char *reason)
{
	conn_tell_failure(conn, reason);
	conn->is_last = true;
	byte_buf_clear(&conn->reply);
	agent_put_simple(&conn->reply, SSH_AGENT_FAILURE);
	if (byte_buf_status(&conn->reply) != 0)
		agent_conn_close(conn);
	else
		conn_write_reply(conn);
}

/* The reply may come before this returns. */
static void conn_send_request(struct agent_conn *conn)
{
	const struct byte_view frame = {.ptr = conn->request.data, .len = conn->in_flight_len};

	if (upstream_send(conn->upstream, frame) == 0)
		return;
	upstream_close(conn->upstream);
	conn->upstream = NULL;
	conn_fail_request(conn, "the connection to the daemon has ended");
}

static void on_upstream_open(void *owner)
{
	struct agent_conn *conn = owner;

	conn->is_upstream_open = true;
	conn_send_request(conn);
}

/* Unasked-for bytes are as wrong as too many. */
static bool on_upstream_data(void *owner, struct byte_view bytes)
{
	struct agent_conn *conn = owner;

	if (conn->state != AGENT_CONN_WAITING)
		return false;
	byte_buf_put_bytes(&conn->reply, bytes.ptr, bytes.len);
	return byte_buf_status(&conn->reply) == 0;
}

static void on_upstream_ready(void *owner)
{
	struct agent_conn *conn = owner;
	size_t body_len;
	int err;

	if (conn->state != AGENT_CONN_WAITING)
		return;
	err = frame_peek(byte_buf_view(&conn->reply), &body_len);
	if (err == -EAGAIN)
		return;
	if (err != 0 || conn->reply.len != FRAME_HEADER_LEN + body_len) {
		upstream_close(conn->upstream);
		conn->upstream = NULL;
		conn_fail_request(conn, "the daemon's reply breaks the agent protocol");
		return;
	}
	if (conn->reply.data[FRAME_HEADER_LEN] == SSH_AGENT_FAILURE)
		conn_tell_failure(conn, upstream_remark(conn->upstream));
	conn_write_reply(conn);
}

static void on_upstream_closed(void *owner, const char *reason)
{
	struct agent_conn *conn = owner;

	conn->upstream = NULL;
	if (reason != NULL)
		log_debug("an agent connection ended: %s", reason);
	if (conn->state == AGENT_CONN_WAITING)
		conn_fail_request(conn,
				  reason != NULL ? reason : "the daemon closed the connection");
	else if (conn->state == AGENT_CONN_WRITING)
		conn->is_last = true;
	else
		agent_conn_close(conn);
}

static const struct upstream_events conn_upstream_events = {
	.on_open = on_upstream_open,
	.on_data = on_upstream_data,
	.on_ready = on_upstream_ready,
	.on_closed = on_upstream_closed,
};

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	static char chunk[READ_CHUNK]; /* its content is taken before the next read */

	(void)handle;
	(void)suggested;
	*buf = uv_buf_init(chunk, sizeof(chunk));
}

/* Then nobody is to be asked to confirm its signature, or to touch a key. */
static bool conn_is_left(const struct agent_conn *conn)
{
	uv_os_fd_t fd;

	return uv_fileno((const uv_handle_t *)&conn->pipe, &fd) == 0 && is_hung_up(fd);
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
	struct agent_conn *conn = stream->data;

	if (conn->state == AGENT_CONN_CLOSING || got == 0)
		return;
	if (got < 0) {
		uv_read_stop(stream);
		conn->is_reading = false;
		conn->is_last = true; /* a program may end its side and still wait for a reply */
		if (got != UV_EOF || conn_is_left(conn) || conn->state == AGENT_CONN_IDLE)
			agent_conn_close(conn);
		return;
	}
	byte_buf_put_bytes(&conn->request, buf->base, (size_t)got);
	if (byte_buf_status(&conn->request) != 0) {
		agent_conn_close(conn);
		return;
	}
	if (conn->state == AGENT_CONN_IDLE) {
		conn_advance(conn);
		return;
	}
	/* Well-behaved programs wait for their reply, so this is rare, and reading stays on else. */
	uv_read_stop(stream);
	conn->is_reading = false;
}

static void conn_read(struct agent_conn *conn)
{
	if (conn->is_reading)
		return;
	conn->is_reading = true;
	if (uv_read_start((uv_stream_t *)&conn->pipe, on_alloc, on_read) != 0)
		agent_conn_close(conn);
}

static void conn_start_request(struct agent_conn *conn)
{
	int err;

	conn_set_state(conn, AGENT_CONN_WAITING);
	conn_begin_signing(conn);
	if (conn->is_upstream_open) {
		conn_send_request(conn);
		return;
	}
	err = uplink_open(conn->uplink, conn->id, &conn_upstream_events, conn, &conn->upstream);
	if (err == -EHOSTUNREACH)
		conn_fail_request(conn, "the link to the daemon is lost");
	else if (err != 0)
		conn_fail_request(conn, "no memory for another connection to the daemon");
}

/* Idle: takes the next request, if a whole one is there, or reads on. */
static void conn_advance(struct agent_conn *conn)
{
	size_t body_len;
	int err = frame_peek(byte_buf_view(&conn->request), &body_len);

	if (err == 0) {
		conn->in_flight_len = FRAME_HEADER_LEN + body_len;
		conn_start_request(conn);
	} else if (err == -EAGAIN) {
		conn_read(conn);
	} else {
		agent_conn_close(conn); /* not the agent protocol; an agent hangs up, too */
	}
}

int agent_conn_start(uv_loop_t *loop, int fd, struct uplink *uplink, const char *id,
		     agent_conn_closed on_closed, void *owner, struct agent_conn **out)
{
	struct agent_conn *conn = calloc(1, sizeof(*conn));

	if (conn == NULL || uv_pipe_init(loop, &conn->pipe, 0) != 0) {
		free(conn);
		close(fd);
		return -ENOMEM;
	}
	uv_pipe_open(&conn->pipe, fd);
	conn->pipe.data = conn;
	conn->uplink = uplink;
	conn->id = id;
	conn->on_closed = on_closed;
	conn->owner = owner;
	byte_buf_init(&conn->request, FRAME_LEN_MAX + READ_CHUNK);
	byte_buf_init(&conn->reply, FRAME_LEN_MAX);
	conn_read(conn);
	*out = conn;
	return 0;
}
