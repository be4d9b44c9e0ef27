#include "agentd/upstream.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "agentd/keeper_watch.h"
#include "agentd/upstream_pipe.h"
#include "common/frame.h"

/* A listening agent with a full backlog says EAGAIN; it is asked again after this time. */
enum { UPSTREAM_RETRY_MS = 10, UPSTREAM_PATIENCE_MS = 1000 };

enum upstream_state {
	UPSTREAM_WAITING, /* for one of the source's connections */
	UPSTREAM_OPENING,
	UPSTREAM_OPEN,
	UPSTREAM_CLOSING,
};

struct upstream {
	struct upstream_pool *pool;
	struct source *source;
	const struct upstream_events *events;
	void *owner;
	enum upstream_state state;
	TAILQ_ENTRY(upstream) entry; /* of the source's waiters or holders */
	struct share_seat seat;	     /* of its build's */
	uv_pipe_t *pipe;	     /* goes to another, where it can */
	uv_timer_t timer;
	uv_connect_t connect;
	uv_write_t write;
	int open_handles;
	struct byte_buf request; /* what the socket did not take at once */
	struct byte_buf reply;
	uint64_t give_up_at_ms; /* by the loop's clock, if it is not open by then */
	bool is_asked;		/* a request is out */
	bool is_holder;
	bool is_broken; /* nobody is to have its pipe after it */
	const char *failure;
};

static void upstream_begin(struct upstream *up);

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

static void upstream_fail(struct upstream *up, const char *reason)
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
	/* The owner may close us, but our memory stays until the loop comes round. */
	up->events->on_replied(up, all);
	byte_buf_clear(&up->reply);
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
	up->events->on_opened(up);
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

/* Opens the connection, or tries once more. */
static void upstream_begin(struct upstream *up)
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

static void upstream_hold(struct upstream *up)
{
	uv_timer_stop(&up->timer);
	share_hold(&up->seat);
	up->source->state->open_count++;
	up->is_holder = true;
	TAILQ_INSERT_TAIL(&up->source->state->holders, up, entry);
	up->state = UPSTREAM_OPENING;
	up->give_up_at_ms =
		uv_now(up->pool->loop) + (uint64_t)up->pool->limits->request_seconds * 1000;
}

/* Takes an idle connection back from its owner; the oldest holder is asked first. */
static void upstream_reclaim_one(struct source *source)
{
	struct upstream *holder;

	TAILQ_FOREACH(holder, &source->state->holders, entry) {
		if (holder->state == UPSTREAM_OPEN && !holder->is_asked &&
		    holder->events->on_wanted(holder)) {
			upstream_close(holder);
			return;
		}
	}
}

bool upstream_is_wanted(const struct upstream *up)
{
	return !TAILQ_EMPTY(&up->source->state->waiters);
}

bool upstream_is_owed(const struct upstream *up)
{
	uint64_t now_ms = uv_now(up->pool->loop); /* of a clock that began when the machine did */
	uint64_t patience_ms = up->pool->patience_ms;

	return upstream_is_wanted(up) && now_ms >= patience_ms &&
	       share_is_due(&up->source->state->shares, up->seat.share, now_ms - patience_ms);
}

static struct upstream *upstream_of(struct share_seat *seat)
{
	return (struct upstream *)(void *)((char *)seat - offsetof(struct upstream, seat));
}

/* The one of the build that was unused longest; NULL if none is unused. */
static struct upstream *upstream_unused(const struct share *share)
{
	struct share_seat *seat;

	TAILQ_FOREACH(seat, &share->holders, entry) {
		struct upstream *up = upstream_of(seat);

		if (up->state == UPSTREAM_OPEN && !up->is_asked && up->events->is_idle(up))
			return up;
	}
	return NULL;
}

/* Of the builds that owe one to this, the one that has most gives it. */
static struct upstream *upstream_spare(const struct source *source, const struct share *to)
{
	struct upstream *spare = NULL;
	const struct share *share;

	LIST_FOREACH(share, &source->state->shares, entry) {
		struct upstream *up;

		if (!share_owes(share, to) ||
		    (spare != NULL && share->held <= spare->seat.share->held))
			continue;
		up = upstream_unused(share);
		if (up != NULL)
			spare = up;
	}
	return spare;
}

static void on_patience_over(uv_timer_t *timer)
{
	struct upstream *up = timer->data;
	struct upstream *spare;

	if (up->state != UPSTREAM_WAITING)
		return;
	uv_timer_start(&up->timer, on_patience_over, up->pool->patience_ms, 0);
	spare = upstream_spare(up->source, up->seat.share);
	if (spare != NULL)
		upstream_fail(spare, "it was unused, and other builds that have fewer wait");
}

/* The first who waits of a build looks after its share: one timer for all of them. */
static void upstream_watch(const struct share *share)
{
	struct share_seat *seat = TAILQ_FIRST(&share->waiters);
	struct upstream *first = seat != NULL ? upstream_of(seat) : NULL;
	uint64_t now_ms;
	uint64_t due_ms;

	if (first == NULL || uv_is_active((uv_handle_t *)&first->timer))
		return;
	now_ms = uv_now(first->pool->loop);
	due_ms = seat->since_ms + first->pool->patience_ms;
	uv_timer_start(&first->timer, on_patience_over, due_ms > now_ms ? due_ms - now_ms : 0, 0);
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

/* Whose turn it is gets the connection that has become free. */
static void upstream_hand_on(struct upstream *up)
{
	struct share_seat *seat = share_next(&up->source->state->shares);
	struct upstream *next;
	const struct share *share;

	if (seat == NULL)
		return;
	next = upstream_of(seat);
	share = seat->share;
	TAILQ_REMOVE(&next->source->state->waiters, next, entry);
	upstream_hold(next);
	if (upstream_can_take_over(next, up))
		upstream_take_over(next, up);
	else
		upstream_begin(next);
	upstream_watch(share);
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
	if (source->state->open_count < pool->limits->upstream_per_id) {
		upstream_hold(up);
		upstream_begin(up);
		return up;
	}
	up->state = UPSTREAM_WAITING;
	TAILQ_INSERT_TAIL(&source->state->waiters, up, entry);
	upstream_watch(up->seat.share);
	upstream_reclaim_one(source);
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

void upstream_close(struct upstream *up)
{
	struct share_seat *next;

	if (up->state == UPSTREAM_CLOSING)
		return;
	next = TAILQ_NEXT(&up->seat, entry);
	share_leave(&up->seat);
	TAILQ_REMOVE(up->is_holder ? &up->source->state->holders : &up->source->state->waiters, up,
		     entry);
	if (up->is_holder) {
		up->source->state->open_count--;
		upstream_hand_on(up);
	} else if (next != NULL) {
		upstream_watch(next->share);
	}
	up->state = UPSTREAM_CLOSING;
	uv_close((uv_handle_t *)&up->timer, on_timer_closed);
	upstream_drop_pipe(up, on_pipe_closed);
}
