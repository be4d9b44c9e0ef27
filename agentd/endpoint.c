#include "agentd/endpoint.h"

#include <errno.h>
#include <fnmatch.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/log.h"

enum { ENDPOINT_BACKLOG = 1024 };

/* What Docker, podman and CNI call the bridges they make. */
static const char *const bridge_patterns[] = {"docker0", "br-*", "podman*", "cni*"};

static struct endpoint *endpoint_append(struct endpoint_list *endpoints,
					const struct sockaddr *address, uint16_t port)
{
	struct endpoint *list = reallocarray(endpoints->list, endpoints->count + 1, sizeof(*list));
	struct endpoint *endpoint;

	if (list == NULL)
		return NULL;
	endpoints->list = list;
	endpoint = &list[endpoints->count++];
	*endpoint = (struct endpoint){.fd = -1};
	memcpy(&endpoint->address, address, address_len(address));
	address_set_port((struct sockaddr *)&endpoint->address, port);
	return endpoint;
}

/* Link-local IPv6 is left out: a container would have to know its own interface's number. */
static bool is_usable(const struct ifaddrs *entry)
{
	const struct sockaddr_in6 *in6 = (const void *)entry->ifa_addr;

	if (entry->ifa_addr == NULL || entry->ifa_netmask == NULL)
		return false;
	if (entry->ifa_addr->sa_family == AF_INET6)
		return !IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr);
	return entry->ifa_addr->sa_family == AF_INET;
}

static int append_interface(struct endpoint_list *endpoints, const struct ifaddrs *entry,
			    uint16_t port, bool is_trusted)
{
	struct endpoint *endpoint = endpoint_append(endpoints, entry->ifa_addr, port);

	if (endpoint == NULL)
		return -ENOMEM;
	endpoint->is_trusted = is_trusted;
	strncpy(endpoint->interface, entry->ifa_name, IF_NAMESIZE - 1);
	return ip_prefix_of_netmask(entry->ifa_addr, entry->ifa_netmask, &endpoint->subnet);
}

static int add_interface(struct endpoint_list *endpoints, const char *name, uint16_t port,
			 bool is_trusted)
{
	struct ifaddrs *interfaces;
	size_t before = endpoints->count;
	int err = 0;

	if (getifaddrs(&interfaces) != 0)
		return -errno;
	for (struct ifaddrs *i = interfaces; i != NULL && err == 0; i = i->ifa_next) {
		if (strcmp(i->ifa_name, name) == 0 && is_usable(i))
			err = append_interface(endpoints, i, port, is_trusted);
	}
	freeifaddrs(interfaces);
	if (err == 0 && endpoints->count == before) {
		log_error(
			"--listen %s: interface \"%s\" has no IP address; see: ip address show %s",
			name, name, name);
		err = -EADDRNOTAVAIL;
	}
	return err;
}

static bool is_bridge(const struct ifaddrs *entry)
{
	for (size_t i = 0; i < sizeof(bridge_patterns) / sizeof(bridge_patterns[0]); i++) {
		if (fnmatch(bridge_patterns[i], entry->ifa_name, 0) == 0)
			return true;
	}
	return false;
}

static bool is_no_loopback(const struct ifaddrs *entry)
{
	return (entry->ifa_flags & IFF_LOOPBACK) == 0;
}

static int add_interfaces(struct endpoint_list *endpoints,
			  bool (*is_wanted)(const struct ifaddrs *entry))
{
	struct ifaddrs *interfaces;
	int err = 0;

	if (getifaddrs(&interfaces) != 0)
		return -errno;
	for (struct ifaddrs *i = interfaces; i != NULL && err == 0; i = i->ifa_next) {
		if (is_usable(i) && is_wanted(i))
			err = append_interface(endpoints, i, ENDPOINT_DEFAULT_PORT, false);
	}
	freeifaddrs(interfaces);
	return err;
}

bool endpoint_is_in_container(void)
{
	const char *container = getenv("container");

	return container != NULL && container[0] != '\0';
}

static int add_loopback(struct endpoint_list *endpoints)
{
	struct sockaddr_storage loopback;

	log_info("no container bridge found on this host; listening on loopback only");
	address_parse("127.0.0.1", ENDPOINT_DEFAULT_PORT, &loopback);
	return endpoint_append(endpoints, (struct sockaddr *)&loopback, ENDPOINT_DEFAULT_PORT) !=
			       NULL
		       ? 0
		       : -ENOMEM;
}

static int add_by_default(struct endpoint_list *endpoints)
{
	size_t before = endpoints->count;
	int err = add_interfaces(endpoints, is_bridge);

	if (err == 0 && endpoints->count == before && endpoint_is_in_container())
		err = add_interfaces(endpoints, is_no_loopback);
	if (err == 0 && endpoints->count == before)
		err = add_loopback(endpoints);
	for (size_t i = before; i < endpoints->count; i++)
		endpoints->list[i].may_move = true;
	return err;
}

/* Splits "IFACE[:PORT]". 0 if it can be one and there is such an interface. */
static int parse_interface(const char *spec, char name[IF_NAMESIZE], uint16_t *port)
{
	size_t len = strcspn(spec, ":");
	struct sockaddr_storage with_port;
	char probe[32];

	if (len == 0 || len >= IF_NAMESIZE)
		return -EINVAL;
	memcpy(name, spec, len);
	name[len] = '\0';
	*port = ENDPOINT_DEFAULT_PORT;
	if (spec[len] == ':') {
		snprintf(probe, sizeof(probe), "0.0.0.0%s", spec + len);
		if (address_parse(probe, 0, &with_port) != 0)
			return -EINVAL;
		*port = address_port((struct sockaddr *)&with_port);
	}
	return if_nametoindex(name) != 0 ? 0 : -ENODEV;
}

static void report_untrustable(const char *spec)
{
	log_error("--trust-network lets everybody on a network in, so it needs --listen with the "
		  "name "
		  "of that network's interface (such as --listen docker0); \"%s\" is none",
		  spec);
}

int endpoint_add(struct endpoint_list *endpoints, const char *spec, bool is_trusted)
{
	struct sockaddr_storage address;
	char interface[IF_NAMESIZE];
	uint16_t port;

	if (strcmp(spec, "auto") == 0) {
		if (is_trusted) {
			report_untrustable(spec);
			return -EINVAL;
		}
		return add_by_default(endpoints);
	}
	if (address_parse(spec, ENDPOINT_DEFAULT_PORT, &address) == 0) {
		if (is_trusted) {
			report_untrustable(spec);
			return -EINVAL;
		}
		port = address_port((struct sockaddr *)&address);
		return endpoint_append(endpoints, (struct sockaddr *)&address, port) != NULL
			       ? 0
			       : -ENOMEM;
	}
	if (parse_interface(spec, interface, &port) != 0) {
		log_error("--listen %s: this is neither an address nor an interface of this host; "
			  "say "
			  "ADDRESS[:PORT], INTERFACE[:PORT], unix:/path or auto",
			  spec);
		return -EINVAL;
	}
	return add_interface(endpoints, interface, port, is_trusted);
}

/* Trust rests on the interface a packet came in by (or, sent by this host to itself, seems to). */
static int tie_to_interface(int fd, const char *interface)
{
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
		       (socklen_t)strlen(interface) + 1) == 0)
		return 0;
	log_error("--trust-network: the socket cannot be tied to interface %s (%s); without that "
		  "nobody can be trusted by it",
		  interface, strerror(errno));
	return -errno;
}

/*
 * An address that was named and is not this host's is served once it is: Podman makes its bridge with the first
 * container, and takes it away with the last.
 */
static int bind_or_wait(int fd, const struct endpoint *endpoint)
{
	const struct sockaddr *address = (const struct sockaddr *)&endpoint->address;
	char text[ADDRESS_TEXT_MAX];
	const int on = 1;

	if (bind(fd, address, address_len(address)) == 0)
		return 0;
	if (errno != EADDRNOTAVAIL || endpoint->interface[0] != '\0')
		return -errno;
	if (setsockopt(fd, SOL_IP, IP_FREEBIND, &on, sizeof(on)) != 0 ||
	    bind(fd, address, address_len(address)) != 0)
		return -errno;
	log_warn(
		"--listen %s: this host has no such address now; whoever comes to it once there is "
		"one is served",
		address_format(address, text));
	return 0;
}

static int endpoint_bind(struct endpoint *endpoint)
{
	struct sockaddr *address = (struct sockaddr *)&endpoint->address;
	socklen_t len = sizeof(endpoint->address);
	const int on = 1;
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (endpoint->is_trusted) {
		err = tie_to_interface(fd, endpoint->interface);
		if (err != 0)
			goto fail;
	}
	err = bind_or_wait(fd, endpoint);
	if (err != 0)
		goto fail;
	if (listen(fd, ENDPOINT_BACKLOG) != 0 || getsockname(fd, address, &len) != 0) {
		err = -errno;
		goto fail;
	}
	endpoint->fd = fd;
	return 0;
fail:
	close(fd);
	return err;
}

static void endpoint_unbind_movable(struct endpoint_list *endpoints)
{
	for (size_t i = 0; i < endpoints->count; i++) {
		struct endpoint *endpoint = &endpoints->list[i];

		if (endpoint->may_move && endpoint->fd >= 0) {
			close(endpoint->fd);
			endpoint->fd = -1;
		}
	}
}

/* An IPv6 address of a bridge that is down, say: the others serve without it. */
static void leave_out(struct endpoint *endpoint)
{
	char text[ADDRESS_TEXT_MAX];

	log_warn("%s of interface %s cannot be listened on now, and is left out",
		 address_format((struct sockaddr *)&endpoint->address, text), endpoint->interface);
	endpoint->may_move = false;
	endpoint->is_left_out = true;
}

/* Binds those that may move, all to port; 0 means any, the same for all after the first. */
static int bind_movable(struct endpoint_list *endpoints, uint16_t port)
{
	for (size_t i = 0; i < endpoints->count; i++) {
		struct endpoint *endpoint = &endpoints->list[i];
		struct sockaddr *address = (struct sockaddr *)&endpoint->address;
		int err;

		if (!endpoint->may_move)
			continue;
		address_set_port(address, port);
		err = endpoint_bind(endpoint);
		if (err == -EADDRNOTAVAIL) {
			leave_out(endpoint);
			continue;
		}
		if (err != 0) {
			endpoint_unbind_movable(endpoints);
			return err;
		}
		port = address_port(address);
	}
	return 0;
}

int endpoint_adopt(struct endpoint_list *endpoints, int fd, const struct sockaddr_storage *address)
{
	struct endpoint *list =
		reallocarray(endpoints->list, endpoints->count + 1, sizeof(struct endpoint));

	if (list == NULL)
		return -ENOMEM;
	endpoints->list = list;
	list[endpoints->count++] = (struct endpoint){.address = *address, .fd = fd};
	return 0;
}

static void report_bind_failure(const struct endpoint *endpoint, int err)
{
	char text[ADDRESS_TEXT_MAX];

	address_format((const struct sockaddr *)&endpoint->address, text);
	if (err == -EADDRINUSE)
		log_error(
			"%s is taken, perhaps by another ssh-forward-agentd; stop that, or choose "
			"another port with --listen ADDRESS:PORT",
			text);
	else
		log_error("cannot listen on %s: %s", text, strerror(-err));
}

int endpoint_bind_all(struct endpoint_list *endpoints)
{
	enum { PORT_TRIES = 8 };
	int err;

	for (size_t i = 0; i < endpoints->count; i++) {
		if (endpoints->list[i].may_move || endpoints->list[i].fd >= 0)
			continue;
		err = endpoint_bind(&endpoints->list[i]);
		if (err != 0) {
			report_bind_failure(&endpoints->list[i], err);
			return err;
		}
	}
	err = bind_movable(endpoints, ENDPOINT_DEFAULT_PORT);
	if (err == -EADDRINUSE)
		log_info("port %d is taken; taking another, which the token names",
			 ENDPOINT_DEFAULT_PORT);
	for (int i = 0; i < PORT_TRIES && err == -EADDRINUSE; i++)
		err = bind_movable(endpoints, 0);
	for (size_t i = 0; err != 0 && i < endpoints->count; i++) {
		if (endpoints->list[i].may_move)
			report_bind_failure(&endpoints->list[i], err);
	}
	return err;
}

/* Only to what is its own can this host bind. */
static bool is_own_address(const struct sockaddr *address)
{
	struct sockaddr_storage any_port = {0};
	int fd = socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool is_own = true;

	memcpy(&any_port, address, address_len(address));
	address_set_port((struct sockaddr *)&any_port, 0);
	if (fd >= 0)
		is_own = bind(fd, (struct sockaddr *)&any_port, address_len(address)) == 0 ||
			 errno != EADDRNOTAVAIL;
	if (fd >= 0)
		close(fd);
	return is_own;
}

/*
 * What this host sends to itself the kernel counts as come by the interface that has the address,
 * whatever the socket is tied to: other users of the host are told by their address.
 */
bool endpoint_trusts(const struct endpoint *endpoint, const struct sockaddr *peer)
{
	return endpoint->is_trusted && ip_prefix_contains(&endpoint->subnet, peer) &&
	       !address_same_host((const struct sockaddr *)&endpoint->address, peer) &&
	       !is_own_address(peer);
}

void endpoint_list_deinit(struct endpoint_list *endpoints)
{
	free(endpoints->list);
	*endpoints = (struct endpoint_list){0};
}
