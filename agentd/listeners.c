#include "agentd/listeners.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agentd/control.h"
#include "agentd/link.h"
#include "agentd/link_room.h"
#include "agentd/local.h"
#include "agentd/responder.h"
#include "agentd/unix_socket.h"
#include "common/log.h"

enum { DOOR_NAME_MAX = 160 };

enum door_kind {
	DOOR_LINKS, /* TCP */
	DOOR_CONTROL,
	DOOR_DEFAULT, /* agent sockets: of the default id, and of one id */
	DOOR_ID,
};

struct door {
	struct listener listener;
	struct front *front;
	const struct endpoint *endpoint; /* of TCP */
	enum door_kind kind;
	char id[ID_NAME_MAX + 1]; /* of DOOR_ID */
	bool is_private;	  /* in our own directory, where sockets come and go with ids */
	char *path;		  /* of a Unix socket */
	char name[DOOR_NAME_MAX];
	SLIST_ENTRY(door) entry;
};

static void on_link_accepted(struct listener *listener, int fd, const struct sockaddr *peer)
{
	struct door *door = listener->owner;
	uint64_t began_ns = uv_hrtime();

	if (link_room_let_in(door->front, peer))
		link_accept(door->front, fd, peer, endpoint_trusts(door->endpoint, peer));
	else
		close(fd);
	/* libssh has read what was there already, and may have computed a key exchange. */
	wire_turns_let_in(&door->front->turns, uv_hrtime() - began_ns);
}

static void on_local_accepted(struct listener *listener, int fd, const struct sockaddr *peer)
{
	struct door *door = listener->owner;
	const struct source_set *sources = &door->front->sources;
	struct source *source = door->kind == DOOR_DEFAULT ? source_default(sources)
							   : source_find(sources, door->id);

	(void)peer;
	if (source != NULL)
		local_accept(door->front, fd, source);
	else
		close(fd);
}

static void on_control_accepted(struct listener *listener, int fd, const struct sockaddr *peer)
{
	struct door *door = listener->owner;

	(void)peer;
	control_accept(door->front, fd);
}

static bool is_full_of_links(struct listener *listener)
{
	struct door *door = listener->owner;

	return !link_room_is_there(door->front);
}

/* Who waits in the backlog costs less than who has to wait for his turn. */
static bool is_busy_with_strangers(struct listener *listener)
{
	struct door *door = listener->owner;

	return wire_turns_keep_strangers_out(&door->front->turns);
}

static void on_door_closed(struct listener *listener)
{
	struct door *door = listener->owner;

	/* A private one was removed when its id was; another may be there by now. */
	if (door->path != NULL && !door->is_private)
		unlink(door->path);
	free(door->path);
	free(door);
}

static const struct listener_events link_door_events = {
	.on_accepted = on_link_accepted,
	.is_full = is_full_of_links,
	.is_busy = is_busy_with_strangers,
	.on_closed = on_door_closed,
};

static const struct listener_events local_door_events = {
	.on_accepted = on_local_accepted,
	.on_closed = on_door_closed,
};

static const struct listener_events control_door_events = {
	.on_accepted = on_control_accepted,
	.on_closed = on_door_closed,
};

/* Takes over fd. NULL, and fd closed, when it cannot be watched. */
static struct door *door_new(struct listeners *listeners, int fd, const char *name,
			     const struct listener_events *events)
{
	struct door *door = calloc(1, sizeof(*door));

	if (door == NULL) {
		close(fd);
		return NULL;
	}
	door->front = listeners->front;
	snprintf(door->name, sizeof(door->name), "%s", name);
	if (listener_init(&door->listener, listeners->front->loop, fd, door->name, events, door) <
	    0) {
		free(door);
		return NULL;
	}
	SLIST_INSERT_HEAD(&listeners->doors, door, entry);
	return door;
}

static const char *why_not(int err)
{
	switch (err) {
	case -EEXIST:
		return "there is a file of that name that is no socket";
	case -EADDRINUSE:
		return "somebody listens there already; choose another path";
	case -ENAMETOOLONG:
		return "the path is too long for a socket; use a shorter one, or a shorter id";
	default:
		return strerror(-err);
	}
}

/* id: of DOOR_ID. */
static int open_unix(struct listeners *listeners, const char *path, enum door_kind kind,
		     const char *id, bool is_private)
{
	struct door *door;
	int fd = unix_socket_listen(path);

	if (fd < 0) {
		log_error("cannot listen on %s: %s", path, why_not(fd));
		return fd;
	}
	door = door_new(listeners, fd, path,
			kind == DOOR_CONTROL ? &control_door_events : &local_door_events);
	if (door == NULL)
		return -ENOMEM;
	door->kind = kind;
	snprintf(door->id, sizeof(door->id), "%s", id);
	door->is_private = is_private;
	door->path = strdup(path);
	return door->path != NULL ? 0 : -ENOMEM;
}

/* The private agent socket of an id, or, with DOOR_DEFAULT, of the default one. */
static struct door *find_private(const struct listeners *listeners, enum door_kind kind,
				 const char *id)
{
	struct door *door;

	SLIST_FOREACH(door, &listeners->doors, entry) {
		if (door->is_private && door->kind == kind && strcmp(door->id, id) == 0)
			return door;
	}
	return NULL;
}

static int open_private(struct listeners *listeners, enum door_kind kind, const char *id)
{
	char path[RUNTIME_DIR_MAX + ID_NAME_MAX + 16];

	if (find_private(listeners, kind, id) != NULL)
		return 0;
	if (kind == DOOR_ID)
		snprintf(path, sizeof(path), "%s/ids/%s.sock", listeners->dir.path, id);
	else
		snprintf(path, sizeof(path), "%s/%s.sock", listeners->dir.path,
			 kind == DOOR_CONTROL ? "control" : "agent");
	return open_unix(listeners, path, kind, id, true);
}

static void door_remove(struct listeners *listeners, struct door *door)
{
	SLIST_REMOVE(&listeners->doors, door, door, entry);
	if (door->path != NULL)
		unlink(door->path);
	listener_close(&door->listener);
}

/* Closes the private agent sockets that sources have no id for. */
static void close_private(struct listeners *listeners, const struct source_set *sources)
{
	struct door *door;
	struct door *next;

	for (door = SLIST_FIRST(&listeners->doors); door != NULL; door = next) {
		next = SLIST_NEXT(door, entry);
		if (!door->is_private)
			continue;
		if ((door->kind == DOOR_ID && source_find(sources, door->id) == NULL) ||
		    (door->kind == DOOR_DEFAULT && source_default(sources) == NULL))
			door_remove(listeners, door);
	}
}

int listeners_set_ids(struct listeners *listeners, const struct source_set *sources)
{
	int err = 0;

	if (listeners->dir.lock_fd < 0)
		return 0; /* there is no directory for them */
	if (source_default(sources) != NULL)
		err = open_private(listeners, DOOR_DEFAULT, "");
	for (size_t i = 0; err == 0 && i < sources->count; i++)
		err = open_private(listeners, DOOR_ID, sources->list[i]->id);
	/* All or nothing: what was opened in vain goes again. */
	close_private(listeners, err == 0 ? sources : &listeners->front->sources);
	return err;
}

bool listeners_suit(const struct listeners *listeners, const struct source_set *sources)
{
	bool is_named = listeners->unix_paths.count > 0;

	if (source_default(sources) != NULL ||
	    (!is_named && !inherited_sockets_have(listeners->inherited, true)))
		return true;
	log_error("%s%s serves the default id, but several are offered and none is "
		  "called \"default\"; mount the socket of one id, from the directory ids of the "
		  "private directory",
		  is_named ? "--listen unix:" : "the Unix socket of the service manager",
		  is_named ? listeners->unix_paths.list[0] : "");
	return false;
}

static int open_private_sockets(struct listeners *listeners)
{
	int err = runtime_dir_open(&listeners->dir);

	if (err == -EROFS) {
		log_warn("there is no directory to write to: no Unix sockets, and no `token` and "
			 "`ping`; mount a tmpfs (docker run --tmpfs /tmp), or set XDG_RUNTIME_DIR");
		return 0;
	}
	if (err == 0)
		err = open_private(listeners, DOOR_CONTROL, "");
	if (err == 0)
		err = listeners_set_ids(listeners, &listeners->front->sources);
	return err;
}

static int open_named_sockets(struct listeners *listeners)
{
	for (size_t i = 0; i < listeners->unix_paths.count; i++) {
		const char *path = listeners->unix_paths.list[i];
		int err = open_unix(listeners, path, DOOR_DEFAULT, "", false);

		if (err != 0)
			return err;
		log_info("listening on unix:%s id=%s", path,
			 source_default(&listeners->front->sources)->id);
	}
	return 0;
}

/* The paths are the service manager's, and stay. */
static int open_inherited(struct listeners *listeners)
{
	for (size_t i = 0; i < listeners->inherited->count; i++) {
		struct inherited_socket *socket = &listeners->inherited->list[i];
		struct door *door;

		if (socket->fd < 0)
			continue; /* an endpoint's */
		door = door_new(listeners, socket->fd, "the service manager's agent socket",
				&local_door_events);
		socket->fd = -1;
		if (door == NULL)
			return -ENOMEM;
		door->kind = DOOR_DEFAULT;
		log_info("listening on the service manager's agent socket id=%s",
			 source_default(&listeners->front->sources)->id);
	}
	return 0;
}

static int adopt_endpoints(struct listeners *listeners)
{
	for (size_t i = 0; i < listeners->inherited->count; i++) {
		struct inherited_socket *socket = &listeners->inherited->list[i];

		if (inherited_socket_is_unix(socket))
			continue;
		if (endpoint_adopt(&listeners->endpoints, socket->fd, &socket->address) != 0)
			return -ENOMEM;
		socket->fd = -1;
	}
	return 0;
}

static int open_endpoints(struct listeners *listeners)
{
	int err = endpoint_bind_all(&listeners->endpoints);

	if (err != 0)
		return err;
	for (size_t i = 0; i < listeners->endpoints.count; i++) {
		struct endpoint *endpoint = &listeners->endpoints.list[i];
		char text[ADDRESS_TEXT_MAX];
		struct door *door;

		if (endpoint->is_left_out)
			continue;
		address_format((struct sockaddr *)&endpoint->address, text);
		door = door_new(listeners, endpoint->fd, text, &link_door_events);
		endpoint->fd = -1; /* transferred */
		if (door == NULL)
			return -ENOMEM;
		door->endpoint = endpoint;
		if (listeners->front->port_hint == 0)
			listeners->front->port_hint =
				address_port((struct sockaddr *)&endpoint->address);
		if (endpoint->interface[0] == '\0')
			log_info("listening on %s", text);
		else
			log_info("listening on %s interface=%s%s", text, endpoint->interface,
				 endpoint->is_trusted ? "; everybody on that network is let in"
						      : "");
	}
	return 0;
}

/* Each network that has broadcasts; an error if none does. */
static int open_responders(struct listeners *listeners)
{
	struct endpoint_list *endpoints = &listeners->endpoints;

	listeners->responders = calloc(endpoints->count + 1, sizeof(struct responder *));
	if (listeners->responders == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < endpoints->count; i++) {
		struct responder *responder;
		int err = responder_new(listeners->front, &endpoints->list[i], &responder);

		if (err == -EAFNOSUPPORT)
			continue;
		if (err != 0) {
			log_error("--discoverable: UDP port %d of interface %s: %s", DISCOVERY_PORT,
				  endpoints->list[i].interface, strerror(-err));
			return err;
		}
		listeners->responders[listeners->responder_count++] = responder;
		log_info("answering broadcasts on interface=%s", endpoints->list[i].interface);
	}
	if (listeners->responder_count > 0)
		return 0;
	log_error("--discoverable: no network that takes broadcasts is listened on; name its "
		  "interface with --listen");
	return -EADDRNOTAVAIL;
}

int listeners_resolve(struct listeners *listeners, struct front *front,
		      const struct options *options, struct inherited_sockets *inherited)
{
	bool has_tcp = inherited_sockets_have(inherited, false);
	int err = 0;

	*listeners =
		(struct listeners){.front = front, .dir = {.lock_fd = -1}, .inherited = inherited};
	listeners->is_discoverable = options->is_discoverable;
	for (size_t i = 0; err == 0 && i < options->listen.count; i++) {
		char *spec = options->listen.list[i];

		if (strncmp(spec, "unix:", 5) == 0)
			err = word_list_add(&listeners->unix_paths, view_of(spec + 5));
		else if (!has_tcp || strcmp(spec, "auto") != 0)
			err = endpoint_add(&listeners->endpoints, spec, options->trusts_network);
	}
	if (err == 0 && !listeners_suit(listeners, &front->sources))
		err = -EINVAL;
	if (err == 0 && options->trusts_network && listeners->endpoints.count == 0) {
		log_error("--trust-network needs --listen with the name of a network interface");
		err = -EINVAL;
	}
	if (err == 0)
		err = adopt_endpoints(listeners);
	return err;
}

int listeners_open(struct listeners *listeners)
{
	int err = open_private_sockets(listeners);

	if (err == 0)
		err = open_named_sockets(listeners);
	if (err == 0)
		err = open_inherited(listeners);
	if (err == 0)
		err = open_endpoints(listeners);
	if (err == 0 && listeners->is_discoverable)
		err = open_responders(listeners);
	return err;
}

void listeners_print(const struct listeners *listeners, FILE *out)
{
	char text[ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < listeners->endpoints.count; i++) {
		const struct endpoint *endpoint = &listeners->endpoints.list[i];

		if (endpoint->is_left_out)
			continue;
		address_format((const struct sockaddr *)&endpoint->address, text);
		fprintf(out, "# Listening on %s%s\n", text,
			endpoint->is_trusted ? ", no token needed there" : "");
	}
	if (listeners->dir.lock_fd >= 0)
		fprintf(out, "# Sockets to mount: %s\n", listeners->dir.path);
}

void listeners_describe(const struct listeners *listeners,
			void (*visit)(void *owner, const struct listener_description *listener),
			void *owner)
{
	static const char *const kinds[] = {[DOOR_LINKS] = "links",
					    [DOOR_CONTROL] = "control",
					    [DOOR_DEFAULT] = "agent",
					    [DOOR_ID] = "agent"};
	const struct door *door;

	SLIST_FOREACH(door, &listeners->doors, entry) {
		const struct endpoint *endpoint = door->endpoint;
		bool has_interface = endpoint != NULL && endpoint->interface[0] != '\0';
		struct listener_description listener = {
			.kind = kinds[door->kind],
			.where = door->name,
			.id = door->kind == DOOR_ID ? door->id : NULL,
			.interface = has_interface ? endpoint->interface : NULL,
			.needs_token = endpoint != NULL && !endpoint->is_trusted,
		};

		visit(owner, &listener);
	}
}

void listeners_close(struct listeners *listeners)
{
	while (listeners->responder_count > 0)
		responder_close(listeners->responders[--listeners->responder_count]);
	while (!SLIST_EMPTY(&listeners->doors)) {
		struct door *door = SLIST_FIRST(&listeners->doors);

		SLIST_REMOVE_HEAD(&listeners->doors, entry);
		listener_close(&door->listener);
	}
}

void listeners_deinit(struct listeners *listeners)
{
	for (size_t i = 0; i < listeners->endpoints.count; i++) {
		if (listeners->endpoints.list[i].fd >= 0)
			close(listeners->endpoints.list[i].fd);
	}
	free((void *)listeners->responders);
	endpoint_list_deinit(&listeners->endpoints);
	runtime_dir_close(&listeners->dir);
	word_list_deinit(&listeners->unix_paths);
}
