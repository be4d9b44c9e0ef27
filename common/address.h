/*
 * address.h - IP addresses and prefixes as people write them.
 */
#ifndef COMMON_ADDRESS_H
#define COMMON_ADDRESS_H

#include <netinet/in.h>

#include "common/bytes.h"

enum { ADDRESS_TEXT_MAX = 80 }; /* [v6%interface]:port and its NUL */

/* A network such as 172.17.0.0/16. */
struct ip_prefix {
	int family; /* AF_INET or AF_INET6 */
	uint8_t bytes[16];
	unsigned bits;
};

/* "10.0.0.0/8", "fd00::/8", or an address alone, which is a prefix of full length. Host bits may
 * be set. 0 or -EINVAL. */
int ip_prefix_parse(const char *text, struct ip_prefix *out);

/* The prefix of an interface: its address and netmask. 0 or -EAFNOSUPPORT. */
int ip_prefix_of_netmask(const struct sockaddr *address, const struct sockaddr *netmask,
			 struct ip_prefix *out);

/* True if the address lies in the prefix; an IPv4 address mapped into IPv6 counts as IPv4. */
bool ip_prefix_contains(const struct ip_prefix *prefix, const struct sockaddr *address);

/* True if both are the same IP address, whatever the port; mapped IPv4 as above. */
bool address_same_host(const struct sockaddr *a, const struct sockaddr *b);

/* True for 0.0.0.0 and ::. */
bool address_is_wildcard(const struct sockaddr *address);

/*
 * Splits "HOST", "HOST:PORT", "V6", "[V6]" or "[V6]:PORT": *host is a view into text, brackets taken
 * off; *port the text behind the colon, NULL where there is none. Neither is looked at. 0, or -EINVAL
 * for brackets that do not match.
 */
int address_split(const char *text, struct byte_view *host, const char **port);

/*
 * "ADDR", "ADDR:PORT" or "[V6]:PORT", numeric only. port is what stands in for a missing one.
 * 0 or -EINVAL.
 */
int address_parse(const char *text, uint16_t port, struct sockaddr_storage *out);

uint16_t address_port(const struct sockaddr *address);
void address_set_port(struct sockaddr *address, uint16_t port);
socklen_t address_len(const struct sockaddr *address);

/* "172.17.0.2:4711", "[fd00::2]:4711". Returns text. */
const char *address_format(const struct sockaddr *address, char text[ADDRESS_TEXT_MAX]);

#endif
