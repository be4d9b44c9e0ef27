#include "shim/agent_server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/log.h"

enum {
	BACKLOG = 512,
	ACCEPTS_AT_ONCE = 64,
	PAUSE_MS = 100,
	/* Programs that keep a connection may themselves wait for one: then nobody ever gets on. */
	PATIENCE_MS = 10 * 1000,
};

static void on_conn_closed(struct agent_conn *conn)
{
	struct agent_server *server = conn->owner;

	if (conn->prev != NULL)
		conn->prev->next = conn->next;
	else
		server->conns = conn->next;
	if (conn->next != NULL)
		conn->next->prev = conn->prev;
	server->conn_count--;
}

static void on_connectable(uv_poll_t *poll, int status, int events);

static void on_paused(uv_timer_t *timer)
{
	struct agent_server *server = timer->data;

	if (!uv_is_closing((uv_handle_t *)&server->poll))
		uv_poll_start(&server->poll, UV_READABLE, on_connectable);
}

static void server_keep_spare(struct agent_server *server)
{
	server->spare_fd = fcntl(server->fd, F_DUPFD_CLOEXEC, 0);
}

/* Whoever waits is told so by the end of the connection, since there is no room to say more. */
static void server_turn_away(struct agent_server *server)
{
	unsigned count = 0;
	int fd;

	while (count < BACKLOG && server->spare_fd >= 0) {
		close(server->spare_fd);
		fd = accept4(server->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0)
			close(fd);
		server_keep_spare(server);
		if (fd < 0)
			break;
		count++;
	}
	if (count > 0)
		log_error("%u agent connections were turned away after %u s: too few file "
			  "descriptors; raise the limit of the build (ulimit -n)",
			  count, PATIENCE_MS / 1000);
}

/* Connections wait in the backlog meanwhile; for a while none is dropped. */
static void server_pause(struct agent_server *server, int err)
{
	uint64_t now_ms = uv_now(server->poll.loop);

	if (!server->is_short) {
		log_error("agent connections have to wait (%zu are open): %s", server->conn_count,
			  strerror(-err));
		server->short_since_ms = now_ms;
	}
	server->is_short = true;
	if (now_ms - server->short_since_ms >= PATIENCE_MS)
		server_turn_away(server);
	uv_poll_stop(&server->poll);
	uv_timer_start(&server->pause, on_paused, PAUSE_MS, 0);
}

static void on_connectable(uv_poll_t *poll, int status, int events)
{
	struct agent_server *server = poll->data;
	struct agent_conn *conn;
	int fd;

	(void)status;
	(void)events;
	for (int i = 0; i < ACCEPTS_AT_ONCE && !uv_is_closing((uv_handle_t *)poll); i++) {
		fd = accept4(server->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 && (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR))
			return;
		if (fd < 0) {
			server_pause(server, -errno);
			return;
		}
		server->is_short = false;
		if (agent_conn_start(poll->loop, fd, server->uplink, server->id, on_conn_closed,
				     server, &conn) != 0)
			return;
		conn->prev = NULL;
		conn->next = server->conns;
		if (server->conns != NULL)
			server->conns->prev = conn;
		server->conns = conn;
		server->conn_count++;
	}
}

static int listen_at(const char *path, const struct agent_server_access *access)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;
	int err;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
	    chmod(path, access->mode) == 0 &&
	    (!access->has_owner || chown(path, access->uid, access->gid) == 0) &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

int agent_server_init(struct agent_server *server, uv_loop_t *loop, const char *path,
		      const struct agent_server_access *access, struct uplink *uplink,
		      const char *id)
{
	int err;

	*server = (struct agent_server){.uplink = uplink};
	snprintf(server->id, sizeof(server->id), "%s", id != NULL ? id : "");
	server->fd = listen_at(path, access);
	if (server->fd < 0)
		return server->fd;
	err = uv_poll_init(loop, &server->poll, server->fd);
	if (err != 0) {
		close(server->fd);
		return err;
	}
	server->poll.data = server;
	server_keep_spare(server);
	uv_timer_init(loop, &server->pause);
	server->pause.data = server;
	return uv_poll_start(&server->poll, UV_READABLE, on_connectable);
}

static void on_poll_closed(uv_handle_t *handle)
{
	struct agent_server *server = handle->data;

	close(server->fd);
	if (server->spare_fd >= 0)
		close(server->spare_fd);
}

void agent_server_close(struct agent_server *server)
{
	if (uv_is_closing((uv_handle_t *)&server->poll))
		return;
	uv_close((uv_handle_t *)&server->poll, on_poll_closed);
	uv_close((uv_handle_t *)&server->pause, NULL);
	for (struct agent_conn *conn = server->conns; conn != NULL; conn = conn->next)
		agent_conn_close(conn);
}
