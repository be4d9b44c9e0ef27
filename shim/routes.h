/*
 * routes.h - the default gateways, from the kernel's routing tables in /proc/net.
 *
 * In a container the default gateway is the host's end of the bridge, where the daemon listens.
 */
#ifndef SHIM_ROUTES_H
#define SHIM_ROUTES_H

#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>

#define ROUTES_V4_FILE "/proc/net/route"
#define ROUTES_V6_FILE "/proc/net/ipv6_route"

enum { GATEWAY_TEXT_SIZE = INET6_ADDRSTRLEN + 1 + IFNAMSIZ }; /* "fe80::1%eth0" */

struct gateway {
	char text[GATEWAY_TEXT_SIZE];
};

/*
 * The gateways of all default routes in text, the content of ROUTES_V4_FILE or ROUTES_V6_FILE:
 * at most max, each once, in the table's order. Lines that do not parse are passed over. Returns
 * how many.
 */
size_t routes_parse_v4(const char *text, struct gateway *gateways, size_t max);
size_t routes_parse_v6(const char *text, struct gateway *gateways, size_t max);

#endif
