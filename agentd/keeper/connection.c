#include "agentd/keeper/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agentd/keeper/request.h"
#include "common/frame.h"
#include "common/hung_up.h"

/* One frame and the start of the next, as one read may bring them. */
enum { INPUT_LEN_MAX = FRAME_LEN_MAX + CONNECTION_READ_LEN };

struct connection *connection_new(int fd, const struct keyring_id *id)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	if (connection == NULL)
		return NULL;
	connection->fd = fd;
	connection->id = id;
	byte_buf_init(&connection->in, INPUT_LEN_MAX);
	byte_buf_init(&connection->out, FRAME_LEN_MAX);
	return connection;
}

void connection_free(struct connection *connection)
{
	if (connection == NULL)
		return;
	close(connection->fd);
	byte_buf_deinit(&connection->in);
	byte_buf_deinit(&connection->out);
	free(connection);
}

/* Sends what the socket takes at once. 0 and *sent, which may be 0; -EPIPE: the peer is gone. */
static int send_some(int fd, struct byte_view bytes, size_t *sent)
{
	ssize_t len = send(fd, bytes.ptr, bytes.len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (len < 0 && errno != EAGAIN && errno != EINTR)
		return -EPIPE;
	*sent = len > 0 ? (size_t)len : 0;
	return 0;
}

/* 0: all is sent. -EAGAIN: not yet. */
static int flush(struct connection *connection)
{
	size_t sent = 0;
	int err;

	err = send_some(connection->fd, byte_buf_view(&connection->out), &sent);
	if (err != 0)
		return err;
	byte_buf_consume(&connection->out, sent);
	if (connection->out.len > 0)
		return -EAGAIN;
	byte_buf_deinit(&connection->out);
	return 0;
}

/* A reply goes from the worker's buffer to the socket; only what does not fit is kept. */
static int send_reply(struct connection *connection, struct byte_view reply)
{
	size_t sent = 0;
	int err;

	err = send_some(connection->fd, reply, &sent);
	if (err != 0)
		return err;
	byte_buf_put_bytes(&connection->out, reply.ptr + sent, reply.len - sent);
	return byte_buf_status(&connection->out);
}

/*
 * Reads once. 0: *stream is all that waits for an answer, in the worker's buffer or, if something
 * was there before, in our own. -EAGAIN; -EPIPE: end of file.
 */
static int receive(struct connection *connection, struct connection_worker *worker,
		   struct byte_view *stream)
{
	ssize_t len = recv(connection->fd, worker->input, sizeof(worker->input), MSG_DONTWAIT);

	if (len <= 0)
		return len < 0 && (errno == EAGAIN || errno == EINTR) ? -EAGAIN : -EPIPE;
	if (connection->in.len == 0) {
		*stream = (struct byte_view){.ptr = worker->input, .len = (size_t)len};
		return 0;
	}
	byte_buf_put_bytes(&connection->in, worker->input, (size_t)len);
	*stream = byte_buf_view(&connection->in);
	return byte_buf_status(&connection->in);
}

/* Keeps the rest of stream for the next turn. An idle connection keeps no memory. */
static int keep_rest(struct connection *connection, struct byte_view stream, size_t used)
{
	if (connection->in.len > 0)
		byte_buf_consume(&connection->in, used);
	else
		byte_buf_put_bytes(&connection->in, stream.ptr + used, stream.len - used);
	if (byte_buf_status(&connection->in) == 0 && connection->in.len == 0)
		byte_buf_deinit(&connection->in);
	return byte_buf_status(&connection->in);
}

enum connection_wish connection_take_turn(struct connection *connection,
					  struct connection_worker *worker)
{
	struct byte_view stream = byte_buf_view(&connection->in);
	size_t body_len = 0;
	size_t used = 0;
	int err = 0;

	if (connection->out.len > 0)
		err = flush(connection);
	if (err != 0)
		return err == -EAGAIN ? CONNECTION_WRITABLE : CONNECTION_OVER;
	err = frame_peek(stream, &body_len);
	if (err == -EAGAIN) {
		err = receive(connection, worker, &stream);
		if (err != 0)
			return err == -EAGAIN ? CONNECTION_READABLE : CONNECTION_OVER;
		err = frame_peek(stream, &body_len);
	}
	/* Whoever is gone wants no signature, for which others would wait. */
	if (err == 0 && is_hung_up(connection->fd))
		return CONNECTION_OVER;
	if (err == 0) {
		byte_buf_clear(&worker->reply);
		request_answer(connection->id, worker->number, frame_body(stream, body_len),
			       &worker->reply);
		err = send_reply(connection, byte_buf_view(&worker->reply));
		used = FRAME_HEADER_LEN + body_len;
	}
	if ((err != 0 && err != -EAGAIN) || keep_rest(connection, stream, used) != 0)
		return CONNECTION_OVER;
	/* More is there already, be it a request or an error: after the others have had a turn. */
	if (connection->out.len > 0 ||
	    frame_peek(byte_buf_view(&connection->in), &body_len) != -EAGAIN)
		return CONNECTION_WRITABLE;
	return CONNECTION_READABLE;
}
