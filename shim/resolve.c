#include "shim/resolve.h"

#include <ares.h>
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "common/address.h"

enum {
	DNS_TRY_TIMEOUT_MS = 1000,
	DNS_TRIES = 3,
	TICK_MS = 100, /* c-ares looks at its own timeouts when it is called, so it is called */
};

struct resolve_socket {
	uv_poll_t poll;
	struct resolve *resolve;
	struct resolve_socket *next;
	ares_socket_t fd;
};

struct resolve {
	ares_channel channel;
	uv_timer_t timer;
	struct resolve_socket *sockets;
	int open_handles;
	uint16_t port;
	struct resolved resolved;
	const char *reason;
	resolve_done on_done;
	void *owner;
	bool is_done;
	bool is_closing;
};

static void address_add(struct resolved *resolved, const struct sockaddr *address, socklen_t len,
			uint16_t port)
{
	struct sockaddr_storage *added;

	if (resolved->count == RESOLVE_ADDRESSES_MAX || len > sizeof(*added))
		return;
	added = &resolved->addresses[resolved->count++];
	memcpy(added, address, len);
	address_set_port((struct sockaddr *)added, port);
}

bool resolve_literal(const char *host, uint16_t port, struct resolved *out)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	const char *scope = strchr(host, '%');
	char address[INET6_ADDRSTRLEN];
	size_t len = scope != NULL ? (size_t)(scope - host) : strlen(host);

	if (len >= sizeof(address))
		return false;
	memcpy(address, host, len);
	address[len] = '\0';
	out->count = 0;
	if (scope == NULL && inet_pton(AF_INET, address, &v4.sin_addr) == 1) {
		address_add(out, (struct sockaddr *)&v4, sizeof(v4), port);
		return true;
	}
	if (inet_pton(AF_INET6, address, &v6.sin6_addr) != 1)
		return false;
	if (scope != NULL)
		v6.sin6_scope_id = if_nametoindex(scope + 1);
	address_add(out, (struct sockaddr *)&v6, sizeof(v6), port);
	return true;
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct resolve *resolve = handle->data;

	if (--resolve->open_handles == 0)
		free(resolve);
}

static void on_socket_closed(uv_handle_t *handle)
{
	struct resolve_socket *socket = handle->data;
	uv_handle_t owner_handle = {.data = socket->resolve};

	free(socket);
	on_handle_closed(&owner_handle);
}

static void on_timer(uv_timer_t *timer)
{
	struct resolve *resolve = timer->data;

	if (resolve->is_closing)
		return;
	if (!resolve->is_done) {
		ares_process_fd(resolve->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
		return;
	}
	uv_timer_stop(timer);
	resolve->on_done(resolve->owner, &resolve->resolved, resolve->reason);
}

static void on_socket_ready(uv_poll_t *poll, int status, int events)
{
	struct resolve_socket *socket = poll->data;
	struct resolve *resolve = socket->resolve;

	if (resolve->is_closing)
		return;
	/* With an error both: c-ares learns of it from the call that fails. */
	ares_process_fd(resolve->channel,
			status < 0 || (events & UV_READABLE) ? socket->fd : ARES_SOCKET_BAD,
			status < 0 || (events & UV_WRITABLE) ? socket->fd : ARES_SOCKET_BAD);
}

static struct resolve_socket **socket_place(struct resolve *resolve, ares_socket_t fd)
{
	struct resolve_socket **place = &resolve->sockets;

	while (*place != NULL && (*place)->fd != fd)
		place = &(*place)->next;
	return place;
}

static struct resolve_socket *socket_add(struct resolve *resolve, ares_socket_t fd)
{
	struct resolve_socket *socket = calloc(1, sizeof(*socket));

	if (socket == NULL)
		return NULL;
	if (uv_poll_init(resolve->timer.loop, &socket->poll, fd) != 0) {
		free(socket);
		return NULL;
	}
	socket->poll.data = socket;
	socket->resolve = resolve;
	socket->fd = fd;
	socket->next = resolve->sockets;
	resolve->sockets = socket;
	resolve->open_handles++;
	return socket;
}

/* c-ares tells what it waits for on fd; neither: it is about to close fd. */
static void on_socket_state(void *data, ares_socket_t fd, int readable, int writable)
{
	struct resolve *resolve = data;
	struct resolve_socket **place = socket_place(resolve, fd);
	struct resolve_socket *socket = *place;

	if (!readable && !writable) {
		if (socket == NULL)
			return;
		*place = socket->next;
		uv_poll_stop(&socket->poll);
		uv_close((uv_handle_t *)&socket->poll, on_socket_closed);
		return;
	}
	if (socket == NULL)
		socket = socket_add(resolve, fd);
	if (socket == NULL)
		return; /* out of memory: the query runs into its timeout */
	uv_poll_start(&socket->poll, (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0),
		      on_socket_ready);
}

/* From inside c-ares, perhaps from inside ares_getaddrinfo: the owner hears of it from the timer. */
static void on_answered(void *data, int status, int timeouts, struct ares_addrinfo *answer)
{
	struct resolve *resolve = data;

	(void)timeouts;
	if (resolve->is_closing) {
		ares_freeaddrinfo(answer);
		return;
	}
	resolve->is_done = true;
	if (status == ARES_SUCCESS) {
		for (struct ares_addrinfo_node *n = answer->nodes; n != NULL; n = n->ai_next)
			address_add(&resolve->resolved, n->ai_addr, n->ai_addrlen, resolve->port);
		ares_freeaddrinfo(answer);
	}
	if (resolve->resolved.count == 0)
		resolve->reason =
			status == ARES_SUCCESS || status == ARES_ENOTFOUND || status == ARES_ENODATA
				? "no such name"
				: ares_strerror(status);
	uv_timer_start(&resolve->timer, on_timer, 0, 0);
}

int resolve_start(uv_loop_t *loop, const char *host, uint16_t port, bool is_absolute,
		  resolve_done on_done, void *owner, struct resolve **out)
{
	const struct ares_addrinfo_hints hints = {.ai_family = AF_UNSPEC,
						  .ai_socktype = SOCK_STREAM};
	struct resolve *resolve = calloc(1, sizeof(*resolve));
	struct ares_options options = {
		.flags = is_absolute ? ARES_FLAG_NOSEARCH : 0,
		.timeout = DNS_TRY_TIMEOUT_MS,
		.tries = DNS_TRIES,
		.sock_state_cb = on_socket_state,
		.sock_state_cb_data = resolve,
	};

	if (resolve == NULL)
		return -ENOMEM;
	if (ares_init_options(&resolve->channel, &options,
			      ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
				      ARES_OPT_SOCK_STATE_CB) != ARES_SUCCESS) {
		free(resolve);
		return -ENOTSUP;
	}
	resolve->port = port;
	resolve->on_done = on_done;
	resolve->owner = owner;
	uv_timer_init(loop, &resolve->timer);
	resolve->timer.data = resolve;
	resolve->open_handles = 1;
	uv_timer_start(&resolve->timer, on_timer, TICK_MS, TICK_MS);
	ares_getaddrinfo(resolve->channel, host, NULL, &hints, on_answered, resolve);
	*out = resolve;
	return 0;
}

void resolve_close(struct resolve *resolve)
{
	if (resolve->is_closing)
		return;
	resolve->is_closing = true;
	ares_destroy(resolve->channel); /* closes its sockets, on_socket_state hears of each */
	assert(resolve->sockets == NULL);
	uv_close((uv_handle_t *)&resolve->timer, on_handle_closed);
}
