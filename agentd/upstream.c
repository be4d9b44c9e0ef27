#include "agentd/upstream.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "agentd/keeper_watch.h"
#include "agentd/upstream_parts.h"
#include "agentd/upstream_pipe.h"
#include "agentd/upstream_queue.h"
#include "common/frame.h"

/* A listening agent with a full backlog says EAGAIN; it is asked again after this time. */
enum { UPSTREAM_RETRY_MS = 10, UPSTREAM_PATIENCE_MS = 1000 };

void upstream_pool_init(struct upstream_pool *pool, uv_loop_t *loop, const struct limits *limits)
{
	*pool = (struct upstream_pool){
		.loop = loop, .limits = limits, .patience_ms = UPSTREAM_PATIENCE_MS};
}

void *upstream_owner(const struct upstream *upstream)
{
	return upstream->owner;
}

const char *upstream_loss(const struct upstream *up)
{
	return up->source->kind == SOURCE_KEYS ? "the keeper died, or closed the connection"
					       : "the agent died, or closed the connection";
}

void upstream_fail(struct upstream *up, const char *reason)
{
	up->is_broken = true;
	if (up->state != UPSTREAM_CLOSING)
		up->events->on_failed(up, reason);
}

static void on_failure_due(uv_timer_t *timer)
{
	struct upstream *up = timer->data;

	upstream_fail(up, up->failure);
}

/* From the loop, so that no event comes from within upstream_new. */
static void upstream_fail_later(struct upstream *up, const char *reason)
{
	up->failure = reason;
	uv_timer_start(&up->timer, on_failure_due, 0, 0);
}

static uint64_t upstream_now_ms(const struct upstream *up)
{
	return uv_now(up->pool->loop);
}

bool upstream_ask_turn(struct upstream *up)
{
	return request_turns_ask(&up->turn, upstream_now_ms(up));
}

static struct upstream *upstream_of(struct turn_seat *seat)
{
	return (struct upstream *)(void *)((char *)seat - offsetof(struct upstream, turn));
}

static void on_turn_due(uv_timer_t *timer)
{
	struct upstream *up = timer->data;

	up->events->on_turn(up);
}

/*
 * Turns are given from the loop: of connections that end together, one after the other, none is to send
 * what nobody waits for any more.
 */
static void upstream_give_turns(struct request_turns *turns, uint64_t now_ms)
{
	struct turn_seat *seat;

	while ((seat = request_turns_next(turns, now_ms)) != NULL)
		uv_timer_start(&upstream_of(seat)->timer, on_turn_due, 0, 0);
}

/* It is answered. The next is asked at once, for the keeper works while the answer is on its way. */
static void upstream_pass_turn(struct upstream *up)
{
	struct request_turns *turns = up->turn.turns;
	uint64_t now_ms = upstream_now_ms(up);
	struct turn_seat *seat;
	struct upstream *next;

	if (turns == NULL)
		return;
	request_turns_end(&up->turn, now_ms);
	seat = request_turns_next(turns, now_ms);
	if (seat == NULL)
		return;
	upstream_give_turns(turns, now_ms);
	next = upstream_of(seat);
	next->events->on_turn(next);
}

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
	struct upstream *up = stream->data;
	struct byte_view all;
	size_t body_len;
	int err;

	if (up->state == UPSTREAM_CLOSING || nread == 0)
		return;
	if (nread < 0) {
		upstream_fail(up, upstream_loss(up));
		return;
	}
	if (!up->is_asked) {
		upstream_fail(up, "the agent spoke without being asked");
		return;
	}
	/* Nearly always the whole reply comes in one read, and needs no copy. */
	all = (struct byte_view){(const uint8_t *)buf->base, (size_t)nread};
	if (up->reply.len > 0) {
		byte_buf_put_bytes(&up->reply, buf->base, (size_t)nread);
		all = byte_buf_view(&up->reply);
	}
	err = byte_buf_status(&up->reply) != 0 ? -EMSGSIZE : frame_peek(all, &body_len);
	if (err == -EAGAIN) {
		if (up->reply.len == 0)
			byte_buf_put_bytes(&up->reply, buf->base, (size_t)nread);
		return;
	}
	if (err != 0 || all.len != FRAME_HEADER_LEN + body_len) {
		upstream_fail(up, "the agent's reply is malformed");
		return;
	}
	up->is_asked = false;
	share_touch(&up->seat);
	upstream_pass_turn(up);
	/* Owners may close us, but our memory stays until the loop comes round. */
	if (up->state != UPSTREAM_CLOSING)
		up->events->on_replied(up, all);
	byte_buf_clear(&up->reply);
}

/* The keeper may have died, which the connection will tell. */
static bool upstream_takes_turns(const struct upstream *up)
{
	return up->source->kind == SOURCE_KEYS && up->source->state->keeper != NULL &&
	       !up->events->is_onlooker;
}

static void upstream_opened(struct upstream *up)
{
	int err = uv_is_active((uv_handle_t *)up->pipe)
			  ? 0 /* another has read from it */
			  : uv_read_start((uv_stream_t *)up->pipe, upstream_pipe_alloc, on_read);

	if (err < 0) {
		upstream_fail(up, upstream_loss(up));
		return;
	}
	up->state = UPSTREAM_OPEN;
	if (upstream_takes_turns(up) && request_turns_join(&up->source->state->keeper->turns,
							   &up->turn, &up->seat.share->build) != 0)
		upstream_fail(up, "out of memory");
	else if (upstream_ask_turn(up))
		up->events->on_turn(up);
	else
		up->events->on_turn_awaited(up);
}

static void on_retry_due(uv_timer_t *timer)
{
	struct upstream *up = timer->data;

	if (up->state == UPSTREAM_OPENING)
		upstream_begin(up);
}

static void upstream_handle_closed(struct upstream *up)
{
	if (--up->open_handles > 0)
		return;
	byte_buf_deinit(&up->request);
	byte_buf_deinit(&up->reply);
	free(up);
}

static void on_timer_closed(uv_handle_t *timer)
{
	upstream_handle_closed(timer->data);
}

static void on_pipe_closed(uv_handle_t *pipe)
{
	struct upstream *up = pipe->data;

	free(pipe);
	upstream_handle_closed(up);
}

/* The source has no room for now: once more in a while, but not for ever. */
static void upstream_retry(struct upstream *up)
{
	if (uv_now(up->pool->loop) >= up->give_up_at_ms)
		upstream_fail(up, "the agent could not be reached in time");
	else
		uv_timer_start(&up->timer, on_retry_due, UPSTREAM_RETRY_MS, 0);
}

/* A pipe cannot be connected twice: the next attempt takes a new one. */
static void on_pipe_dropped(uv_handle_t *pipe)
{
	struct upstream *up = pipe->data;

	if (up->state == UPSTREAM_OPENING)
		upstream_retry(up);
	on_pipe_closed(pipe);
}

static void upstream_drop_pipe(struct upstream *up, uv_close_cb on_closed)
{
	if (up->pipe != NULL)
		uv_close((uv_handle_t *)up->pipe, on_closed);
	up->pipe = NULL;
}

static void on_connected(uv_connect_t *connect, int status)
{
	struct upstream *up = connect->data;

	if (up->state == UPSTREAM_CLOSING)
		return;
	if (status == UV_EAGAIN)
		upstream_drop_pipe(up, on_pipe_dropped);
	else if (status < 0)
		upstream_fail(up, upstream_pipe_fault(status));
	else
		upstream_opened(up);
}

static void on_keeper_ready(uv_timer_t *timer)
{
	struct upstream *up = timer->data;

	if (up->state == UPSTREAM_OPENING)
		upstream_opened(up);
}

static void upstream_begin_keeper(struct upstream *up)
{
	const struct keeper_watch *keeper = up->source->state->keeper;
	int err;

	if (keeper == NULL || keeper->control_fd < 0) {
		upstream_fail_later(up, "the keeper has died; restart ssh-forward-agentd");
		return;
	}
	err = upstream_pipe_open(up->pipe, keeper->control_fd, up->source->id);
	if (err == 0)
		uv_timer_start(&up->timer, on_keeper_ready, 0, 0);
	else if (err == -EAGAIN)
		upstream_retry(up);
	else if (err == -EMFILE)
		upstream_fail_later(up, "the daemon is out of file descriptors");
	else
		upstream_fail_later(up, "the keeper does not answer; restart ssh-forward-agentd");
}

void upstream_begin(struct upstream *up)
{
	if (up->pipe == NULL) {
		up->pipe = upstream_pipe_new(up->pool->loop, up);
		if (up->pipe == NULL) {
			upstream_fail_later(up, "out of memory");
			return;
		}
		up->open_handles++;
	}
	if (up->source->kind == SOURCE_KEYS) {
		upstream_begin_keeper(up);
		return;
	}
	up->connect.data = up;
	uv_pipe_connect(&up->connect, up->pipe, up->source->socket_path, on_connected);
}

/*
 * The keeper knows a connection by its id alone, so that another, who would open one for the same, takes
 * over this one. Connections of an agent may have a state that we know nothing of.
 */
static bool upstream_can_take_over(const struct upstream *next, const struct upstream *up)
{
	return up->source->kind == SOURCE_KEYS && next->source == up->source &&
	       up->state == UPSTREAM_OPEN && !up->is_broken && !up->is_asked &&
	       up->request.len == 0 && up->reply.len == 0;
}

static void upstream_take_over(struct upstream *next, struct upstream *up)
{
	next->pipe = up->pipe;
	next->pipe->data = next;
	next->open_handles++;
	up->pipe = NULL;
	up->open_handles--;
	uv_timer_start(&next->timer, on_keeper_ready, 0, 0);
}

void upstream_begin_after(struct upstream *up, struct upstream *closing)
{
	if (upstream_can_take_over(up, closing))
		upstream_take_over(up, closing);
	else
		upstream_begin(up);
}

struct upstream *upstream_new(struct upstream_pool *pool, struct source *source,
			      const struct grant *grant, const struct upstream_events *events,
			      void *owner)
{
	struct upstream *up = calloc(1, sizeof(*up));

	if (up == NULL ||
	    share_wait(&source->state->shares, grant, &up->seat, uv_now(pool->loop)) != 0) {
		free(up);
		return NULL;
	}
	up->pool = pool;
	up->source = source;
	up->events = events;
	up->owner = owner;
	byte_buf_init(&up->request, FRAME_LEN_MAX);
	byte_buf_init(&up->reply, FRAME_LEN_MAX);
	uv_timer_init(pool->loop, &up->timer);
	up->timer.data = up;
	up->open_handles = 1;
	upstream_queue_join(up);
	return up;
}

static void on_written(uv_write_t *write, int status)
{
	struct upstream *up = write->data;

	byte_buf_deinit(&up->request); /* it is rarely needed, and then large */
	if (status < 0)
		upstream_fail(up, upstream_loss(up));
}

int upstream_send(struct upstream *up, struct byte_view frame)
{
	/* libuv does not write through it, its type only lacks the const */
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)frame.ptr, (unsigned)frame.len);
	int written;

	assert(up->state == UPSTREAM_OPEN && !up->is_asked);
	up->is_broken = true; /* unless all goes well */
	if (up->request.len > 0)
		return -EPROTO; /* it replied before it read all of the last request */
	written = uv_try_write((uv_stream_t *)up->pipe, &buf, 1);
	if (written < 0 && written != UV_EAGAIN)
		return written;
	up->is_broken = false;
	up->is_asked = true;
	if (written < 0)
		written = 0;
	if ((size_t)written == frame.len)
		return 0;
	byte_buf_put_bytes(&up->request, frame.ptr + written, frame.len - (size_t)written);
	if (byte_buf_status(&up->request) != 0)
		return byte_buf_status(&up->request);
	buf = uv_buf_init((char *)up->request.data, (unsigned)up->request.len);
	up->write.data = up;
	return uv_write(&up->write, (uv_stream_t *)up->pipe, &buf, 1, on_written);
}

static void upstream_leave_turns(struct upstream *up)
{
	struct request_turns *turns = up->turn.turns;

	request_turns_leave(&up->turn, upstream_now_ms(up));
	if (turns != NULL)
		upstream_give_turns(turns, upstream_now_ms(up));
}

void upstream_close(struct upstream *up)
{
	if (up->state == UPSTREAM_CLOSING)
		return;
	upstream_leave_turns(up);
	upstream_queue_leave(up);
	up->state = UPSTREAM_CLOSING;
	uv_close((uv_handle_t *)&up->timer, on_timer_closed);
	upstream_drop_pipe(up, on_pipe_closed);
}
