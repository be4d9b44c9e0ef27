#include "bench/load.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/agent_client.h"
#include "bench/signature_check.h"
#include "common/agent_msg.h"
#include "common/frame.h"

enum {
	LOAD_EVENTS_AT_ONCE = 64,
	LOAD_READ_LEN = 16 * 1024,
};

uint64_t load_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int load_watch(struct load *load, struct load_connection *connection, int op,
		      uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = connection};

	return epoll_ctl(load->epoll_fd, op, connection->fd, &event) < 0 ? -errno : 0;
}

static int load_connect(struct load *load, struct load_connection *connection)
{
	int err = agent_connect(load->path, &connection->fd);

	if (err == 0 && load->greeting.len > 0)
		err = agent_greet(connection->fd, load->greeting);
	return err != 0 ? err : load_watch(load, connection, EPOLL_CTL_ADD, EPOLLIN);
}

static void load_disconnect(struct load_connection *connection)
{
	if (connection->fd >= 0)
		close(connection->fd);
	connection->fd = -1;
}

/* Another connection may number the shared request before a half-sent one is finished: it then
 * carries a mix of two numbers, which is as good. */
static int load_write(struct load *load, struct load_connection *connection)
{
	const struct byte_buf *frame = &load->request->frame;
	ssize_t put;

	put = send(connection->fd, frame->data + connection->sent, frame->len - connection->sent,
		   MSG_NOSIGNAL);
	if (put < 0 && errno != EAGAIN)
		return -errno;
	connection->sent += put > 0 ? (size_t)put : 0;
	if (connection->is_blocked == (connection->sent < frame->len))
		return 0;
	connection->is_blocked = !connection->is_blocked;
	connection->was_blocked = true;
	return load_watch(load, connection, EPOLL_CTL_MOD,
			  connection->is_blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

/* Sends the next request, if there is one left to send. */
static int load_start_request(struct load *load, struct load_connection *connection)
{
	int err;

	if (load->unsent == 0)
		return 0;
	load->unsent--;
	connection->started_ns = load_now_ns();
	connection->sent = 0;
	connection->is_blocked = false;
	connection->was_blocked = false;
	byte_buf_clear(&connection->stream);
	if (connection->fd < 0) {
		err = load_connect(load, connection);
		if (err != 0)
			return err;
	}
	connection->number = load->next_number++;
	load_request_number(load->request, connection->number);
	return load_write(load, connection);
}

/* While warming up, since it takes longer than making the signature. */
static int load_verify(struct load *load, const struct load_connection *connection,
		       struct byte_view body)
{
	if (load->latency != NULL || connection->was_blocked ||
	    load->request->reply_type != SSH_AGENT_SIGN_RESPONSE)
		return 0;
	load_request_number(load->request,
			    connection->number); /* another may have been sent since */
	return signature_check(byte_buf_view(&load->request->frame), body);
}

static int load_finish_request(struct load *load, struct load_connection *connection,
			       struct byte_view body)
{
	int err = load_request_check_reply(load->request, body);

	if (err == 0)
		err = load_verify(load, connection, body);
	if (err != 0)
		return err;
	if (load->latency != NULL)
		latency_add(load->latency, load_now_ns() - connection->started_ns);
	load->unanswered--;
	if (load->is_reconnecting)
		load_disconnect(connection);
	return load_start_request(load, connection);
}

static int load_read(struct load *load, struct load_connection *connection)
{
	struct byte_buf *stream = &connection->stream;
	uint8_t chunk[LOAD_READ_LEN];
	size_t body_len;
	ssize_t got = recv(connection->fd, chunk, sizeof(chunk), 0);
	int err;

	if (got < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (got == 0)
		return -ECONNRESET;
	byte_buf_put_bytes(stream, chunk, (size_t)got);
	if (byte_buf_status(stream) != 0)
		return byte_buf_status(stream);
	err = frame_peek(byte_buf_view(stream), &body_len);
	if (err == -EAGAIN)
		return 0;
	/* One request, one reply: more than that nobody asked for. */
	if (err == 0 && stream->len != FRAME_HEADER_LEN + body_len)
		err = -EBADMSG;
	if (err != 0)
		return err;
	return load_finish_request(load, connection, frame_body(byte_buf_view(stream), body_len));
}

static int load_serve(struct load *load, const struct epoll_event *event)
{
	struct load_connection *connection = event->data.ptr;
	int err = 0;

	assert(connection != NULL);
	if ((event->events & EPOLLOUT) != 0)
		err = load_write(load, connection);
	if (err == 0 && (event->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
		err = load_read(load, connection);
	return err;
}

int load_init(struct load *load, const char *path, struct load_request *request,
	      size_t connection_count, bool is_reconnecting, struct byte_view greeting)
{
	int err = 0;

	*load = (struct load){.path = path,
			      .request = request,
			      .is_reconnecting = is_reconnecting,
			      .greeting = greeting};
	load->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (load->epoll_fd < 0)
		return -errno;
	load->connections = calloc(connection_count, sizeof(*load->connections));
	if (load->connections == NULL) {
		close(load->epoll_fd);
		return -ENOMEM;
	}
	for (size_t i = 0; i < connection_count && err == 0; i++) {
		load->connections[i].fd = -1;
		byte_buf_init(&load->connections[i].stream, FRAME_LEN_MAX);
		load->connection_count++;
		if (!is_reconnecting)
			err = load_connect(load, &load->connections[i]);
	}
	if (err != 0)
		load_deinit(load);
	return err;
}

void load_deinit(struct load *load)
{
	for (size_t i = 0; i < load->connection_count; i++) {
		load_disconnect(&load->connections[i]);
		byte_buf_deinit(&load->connections[i].stream);
	}
	free(load->connections);
	close(load->epoll_fd);
}

int load_run(struct load *load, size_t requests, struct latency *latency)
{
	struct epoll_event events[LOAD_EVENTS_AT_ONCE];
	int count;
	int err = 0;

	load->latency = latency;
	load->unsent = requests;
	load->unanswered = requests;
	for (size_t i = 0; i < load->connection_count && err == 0; i++)
		err = load_start_request(load, &load->connections[i]);
	while (err == 0 && load->unanswered > 0) {
		count = epoll_wait(load->epoll_fd, events, LOAD_EVENTS_AT_ONCE, LOAD_STALL_MS);
		if (count < 0 && errno != EINTR)
			return -errno;
		if (count == 0)
			return -ETIMEDOUT;
		for (int i = 0; i < count && err == 0; i++)
			err = load_serve(load, &events[i]);
	}
	return err;
}
