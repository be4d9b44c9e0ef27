#include "agentd/keeper/server.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "agentd/keeper/control.h"
#include "common/frame.h"
#include "common/log.h"

enum {
	STACK_LEN = 256 * 1024, /* the stacks are locked memory too */
};

size_t server_worker_count(void)
{
	cpu_set_t cpus;
	int count = 0;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) == 0)
		count = CPU_COUNT(&cpus);
	if (count < SERVER_WORKERS_MIN)
		return SERVER_WORKERS_MIN;
	return count > SERVER_WORKERS_MAX ? SERVER_WORKERS_MAX : (size_t)count;
}

/*
 * Whoever wakes next owns the connection: not to be touched after this. Epoll's own lock orders
 * the two threads; the atomic says so to the compiler and to ThreadSanitizer. connection: NULL
 * stands for the control socket.
 */
static int arm(struct server *server, int operation, int fd, uint32_t events,
	       struct connection *connection)
{
	struct epoll_event event = {.events = events | EPOLLONESHOT, .data.ptr = connection};

	if (connection != NULL)
		atomic_fetch_add_explicit(&connection->turn, 1, memory_order_release);
	return epoll_ctl(server->epoll_fd, operation, fd, &event) == 0 ? 0 : -errno;
}

static void drop(struct server *server, struct connection *connection)
{
	connection_free(connection); /* closing takes it out of epoll */
	atomic_fetch_sub(&server->connection_count, 1);
}

/* operation: epoll's, to wait for the next turn. */
static void serve_connection(struct server *server, struct connection *connection, int operation,
			     struct connection_worker *io)
{
	enum connection_wish wish;
	uint32_t events;

	(void)atomic_load_explicit(&connection->turn, memory_order_acquire);
	pthread_rwlock_rdlock(&server->ring_lock);
	wish = connection_take_turn(connection, io);
	pthread_rwlock_unlock(&server->ring_lock);
	events = wish == CONNECTION_WRITABLE ? EPOLLOUT : EPOLLIN;
	if (wish == CONNECTION_OVER ||
	    arm(server, operation, connection->fd, events, connection) != 0)
		drop(server, connection);
}

static void accept_connection(struct server *server, const struct control_message *message,
			      struct connection_worker *io)
{
	struct byte_view name = {message->id, message->id_len};
	const struct keyring_id *id = keyring_find(server->ring, name);
	struct connection *connection;

	if (id == NULL ||
	    atomic_fetch_add(&server->connection_count, 1) >= SERVER_CONNECTIONS_MAX) {
		if (id == NULL)
			log_warn("keeper: asked for an id that it has no keys for");
		else
			atomic_fetch_sub(&server->connection_count, 1);
		close(message->fd);
		return;
	}
	connection = connection_new(message->fd, id);
	if (connection == NULL) {
		close(message->fd);
		atomic_fetch_sub(&server->connection_count, 1);
		return;
	}
	/* Its first request is mostly there by now: no other thread need be woken for it. */
	serve_connection(server, connection, EPOLL_CTL_ADD, io);
}

static void forget_keys(struct server *server)
{
	pthread_rwlock_wrlock(&server->ring_lock);
	keyring_forget(server->ring);
	pthread_rwlock_unlock(&server->ring_lock);
}

/* -EPIPE: the front is gone, and so is our purpose. */
static int serve_control(struct server *server, struct connection_worker *io)
{
	struct control_message message;
	int err = control_receive(server->control_fd, &message);

	if (err == -EPIPE)
		return err;
	if (err == 0 && message.verb == CONTROL_FORGET)
		forget_keys(server);
	/* Before anything is signed, so that another thread takes the next message. */
	if (arm(server, EPOLL_CTL_MOD, server->control_fd, EPOLLIN, NULL) != 0)
		return -EPIPE;
	if (err == 0 && message.verb == CONTROL_SERVE)
		accept_connection(server, &message, io);
	return 0;
}

/* Until the front is gone. */
static void worker_loop(struct server_worker *worker)
{
	struct server *server = worker->server;
	struct epoll_event event; /* one at a time: a second would wait for the first's signature */
	int count;

	for (;;) {
		count = epoll_wait(server->epoll_fd, &event, 1, -1);
		if (count < 0 && errno != EINTR)
			return;
		if (count <= 0)
			continue;
		if (event.data.ptr != NULL)
			serve_connection(server, event.data.ptr, EPOLL_CTL_MOD, &worker->io);
		else if (serve_control(server, &worker->io) != 0)
			return;
	}
}

/* The end of the whole keeper, on whichever thread learned of it. */
static __attribute__((noreturn)) void end_process(struct server *server)
{
	/* Never unlocked: no thread shall sign any more. */
	pthread_rwlock_wrlock(&server->ring_lock);
	keyring_forget(server->ring);
	_exit(EXIT_SUCCESS);
}

static void *on_thread_started(void *context)
{
	struct server_worker *worker = context;

	pthread_barrier_wait(&worker->server->is_started);
	worker_loop(worker);
	end_process(worker->server);
}

static int start_threads(struct server *server)
{
	pthread_attr_t attributes;
	int err;

	err = -pthread_attr_init(&attributes);
	if (err != 0)
		return err;
	err = -pthread_attr_setstacksize(&attributes, STACK_LEN);
	for (size_t i = 1; i < server->worker_count && err == 0; i++)
		err = -pthread_create(&server->workers[i].thread, &attributes, on_thread_started,
				      &server->workers[i]);
	pthread_attr_destroy(&attributes);
	return err;
}

/* Readers come without end; forgetting must not wait for a gap between them. */
static int init_ring_lock(pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t attributes;
	int err;

	err = -pthread_rwlockattr_init(&attributes);
	if (err != 0)
		return err;
	pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	err = -pthread_rwlock_init(lock, &attributes);
	pthread_rwlockattr_destroy(&attributes);
	return err;
}

int server_start(struct server *server, struct keyring *ring, int control_fd)
{
	int err;

	*server = (struct server){.ring = ring, .control_fd = control_fd};
	server->worker_count = ring->worker_count;
	server->workers = calloc(server->worker_count, sizeof(*server->workers));
	server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (server->workers == NULL || server->epoll_fd < 0)
		return -ENOMEM;
	for (size_t i = 0; i < server->worker_count; i++) {
		server->workers[i].server = server;
		server->workers[i].io.number = i;
		byte_buf_init(&server->workers[i].io.reply, FRAME_LEN_MAX);
	}
	err = init_ring_lock(&server->ring_lock);
	if (err == 0)
		err = -pthread_barrier_init(&server->is_started, NULL,
					    (unsigned)server->worker_count);
	if (err == 0)
		err = start_threads(server);
	if (err == 0)
		pthread_barrier_wait(&server->is_started);
	return err;
}

void server_run(struct server *server)
{
	if (arm(server, EPOLL_CTL_ADD, server->control_fd, EPOLLIN, NULL) == 0)
		worker_loop(&server->workers[0]);
	end_process(server);
}
