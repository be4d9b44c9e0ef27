#include "shim/candidates.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/address.h"
#include "common/number.h"
#include "shim/routes.h"

enum {
	GATEWAYS_MAX = 4, /* of each family */
	ROUTE_TABLE_SIZE =
		64 * 1024, /* a container's table has a few lines; the rest is not read */
};

static int parse_port(const char *text, uint16_t *port)
{
	unsigned long value;
	int err = number_parse(text, 1, UINT16_MAX, &value);

	if (err == 0)
		*port = (uint16_t)value;
	return err;
}

static int parse_unix(const char *path, struct candidate *out, char *error, size_t error_size)
{
	if (path[0] != '/' || strlen(path) >= sizeof(out->path)) {
		snprintf(error, error_size, "unix:%s: give an absolute path of at most %zu bytes",
			 path, sizeof(out->path) - 1);
		return -EINVAL;
	}
	out->kind = CANDIDATE_UNIX;
	memcpy(out->path, path, strlen(path) + 1);
	return 0;
}

void candidates_drop_sockets(struct candidate_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].kind != CANDIDATE_UNIX)
			list->items[kept++] = list->items[i];
	}
	list->count = kept;
}

int candidate_parse(const char *spec, uint16_t default_port, struct candidate *out, char *error,
		    size_t error_size)
{
	struct candidate found = {.kind = CANDIDATE_TCP, .port = default_port};
	struct byte_view host;
	const char *port;

	if (strncmp(spec, "unix:", strlen("unix:")) == 0) {
		if (parse_unix(spec + strlen("unix:"), &found, error, error_size) != 0)
			return -EINVAL;
		*out = found;
		return 0;
	}
	if (address_split(spec, &host, &port) != 0 || host.len == 0 ||
	    host.len >= sizeof(found.host) || memchr(host.ptr, '/', host.len) != NULL ||
	    (port != NULL && parse_port(port, &found.port) != 0)) {
		snprintf(error, error_size, "%s: give HOST[:PORT], [IPV6]:PORT, unix:PATH or auto",
			 spec);
		return -EINVAL;
	}
	memcpy(found.host, host.ptr, host.len);
	*out = found;
	return 0;
}

static struct candidate *list_add(struct candidate_list *list, enum candidate_kind kind,
				  const char *origin)
{
	struct candidate *added;

	if (list->count == CANDIDATES_MAX)
		return NULL;
	added = &list->items[list->count++];
	*added = (struct candidate){.kind = kind, .origin = origin};
	return added;
}

static void list_add_tcp(struct candidate_list *list, const char *host, uint16_t port,
			 const char *origin, bool is_absolute_name)
{
	struct candidate *added = list_add(list, CANDIDATE_TCP, origin);

	if (added == NULL)
		return;
	snprintf(added->host, sizeof(added->host), "%s", host);
	added->port = port;
	added->is_absolute_name = is_absolute_name;
}

void candidates_add_loopback(struct candidate_list *list, uint16_t port)
{
	list_add_tcp(list, "127.0.0.1", port, "this machine", true);
}

void candidates_search(uint16_t port, const char *v4_table, const char *v6_table,
		       struct candidate_list *out)
{
	struct gateway gateways[GATEWAYS_MAX];
	struct candidate *mounted;
	size_t count;

	out->count = 0;
	mounted = list_add(out, CANDIDATE_UNIX, "mounted socket");
	memcpy(mounted->path, CANDIDATES_MOUNTED_SOCKET, sizeof(CANDIDATES_MOUNTED_SOCKET));
	list_add_tcp(out, "host.docker.internal", port, "Docker's name for the host", true);
	list_add_tcp(out, "host.containers.internal", port, "Podman's name for the host", true);
	count = routes_parse_v4(v4_table, gateways, GATEWAYS_MAX);
	for (size_t i = 0; i < count; i++)
		list_add_tcp(out, gateways[i].text, port, "default gateway", true);
	count = routes_parse_v6(v6_table, gateways, GATEWAYS_MAX);
	for (size_t i = 0; i < count; i++)
		list_add_tcp(out, gateways[i].text, port, "default gateway", true);
}

struct candidate *candidates_add_hint(struct candidate_list *list, const char *host, uint16_t port)
{
	size_t before = list->count;

	for (size_t i = 0; i < list->count; i++) {
		const struct candidate *known = &list->items[i];

		if (known->kind == CANDIDATE_TCP && known->port == port &&
		    strcmp(known->host, host) == 0)
			return NULL;
	}
	list_add_tcp(list, host, port, "answered the broadcast", true);
	if (list->count == before)
		return NULL;
	list->items[before].is_hint = true;
	return &list->items[before];
}

/* As much of the file as fits, NUL-terminated; empty where it cannot be read. */
static void read_table(const char *path, char *text, size_t size)
{
	size_t len = 0;
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && len < size - 1) {
		got = read(fd, text + len, size - 1 - len);
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	text[len] = '\0';
	if (fd >= 0)
		close(fd);
}

void candidates_search_here(uint16_t port, struct candidate_list *out)
{
	static char v4_table[ROUTE_TABLE_SIZE];
	static char v6_table[ROUTE_TABLE_SIZE];

	read_table(ROUTES_V4_FILE, v4_table, sizeof(v4_table));
	read_table(ROUTES_V6_FILE, v6_table, sizeof(v6_table));
	candidates_search(port, v4_table, v6_table, out);
}

void candidate_where(const struct candidate *candidate, char text[CANDIDATE_WHERE_SIZE])
{
	if (candidate->kind == CANDIDATE_UNIX)
		snprintf(text, CANDIDATE_WHERE_SIZE, "unix:%s", candidate->path);
	else if (strchr(candidate->host, ':') != NULL)
		snprintf(text, CANDIDATE_WHERE_SIZE, "[%s]:%u", candidate->host, candidate->port);
	else
		snprintf(text, CANDIDATE_WHERE_SIZE, "%s:%u", candidate->host, candidate->port);
}
