/*
 * endpoint.h - where to listen for links: from what --listen says to bound sockets.
 */
#ifndef AGENTD_ENDPOINT_H
#define AGENTD_ENDPOINT_H

#include <net/if.h>

#include "common/address.h"

enum { ENDPOINT_DEFAULT_PORT = 2522 };

/* One TCP address to listen on. */
struct endpoint {
	struct sockaddr_storage address;
	char interface[IF_NAMESIZE]; /* "" where an address was named */
	struct ip_prefix subnet;     /* of the interface */
	bool is_trusted;	     /* peers from that subnet need no token */
	bool may_move;		     /* take any free port if this one is taken */
	bool is_left_out;	     /* it could not be bound, and was not asked for by name */
	int fd;			     /* once bound; -1 before */
};

struct endpoint_list {
	struct endpoint *list;
	size_t count;
};

/*
 * True in a container: our image says so, and most of those who start containers (systemd's CONTAINER_INTERFACE).
 * All that its interfaces lead to are networks that it was put on.
 */
bool endpoint_is_in_container(void);

/*
 * Adds what a --listen SPEC other than unix: stands for: ADDR[:PORT], IFACE[:PORT] (each address
 * of the interface), or auto (the container bridges of this host; where there are none, in a
 * container its own interfaces, else loopback).
 * Reports what is wrong (docs: nothing of that name, --trust-network without a named interface)
 * and returns a negative errno.
 */
int endpoint_add(struct endpoint_list *endpoints, const char *spec, bool is_trusted);

/*
 * Adds a TCP socket that listens already, at its own address; takes over fd. 0 or a negative errno, and fd is the
 * caller's still.
 */
int endpoint_adopt(struct endpoint_list *endpoints, int fd, const struct sockaddr_storage *address);

/*
 * Binds and listens; an address that was named and is not this host's yet is listened on for when it is, after a
 * warning. Endpoints that may move and find their port taken move together, so that one
 * token serves all. Reports what is wrong and returns a negative errno.
 */
int endpoint_bind_all(struct endpoint_list *endpoints);

/* True if the peer needs no token at this endpoint: it is of the subnet, and not the host itself. */
bool endpoint_trusts(const struct endpoint *endpoint, const struct sockaddr *peer);

/* Frees the list; descriptors stay with whoever took them over. */
void endpoint_list_deinit(struct endpoint_list *endpoints);

#endif
