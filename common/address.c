#include "common/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "common/number.h"

/* The bytes that count: an IPv4 address mapped into IPv6 (::ffff:0:0/96) is its last four. */
static struct byte_view host_bytes(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)address;

		return (struct byte_view){(const uint8_t *)&in->sin_addr, 4};
	}
	if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)address;

		if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
			return (struct byte_view){in6->sin6_addr.s6_addr + 12, 4};
		return (struct byte_view){in6->sin6_addr.s6_addr, 16};
	}
	return (struct byte_view){0};
}

static size_t family_bytes(int family)
{
	return family == AF_INET ? 4 : 16;
}

int ip_prefix_parse(const char *text, struct ip_prefix *out)
{
	struct ip_prefix prefix = {0};
	char host[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t host_len = slash != NULL ? (size_t)(slash - text) : strlen(text);
	unsigned long bits;

	if (host_len >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, host_len);
	host[host_len] = '\0';
	if (inet_pton(AF_INET, host, prefix.bytes) == 1)
		prefix.family = AF_INET;
	else if (inet_pton(AF_INET6, host, prefix.bytes) == 1)
		prefix.family = AF_INET6;
	else
		return -EINVAL;
	bits = 8 * family_bytes(prefix.family);
	if (slash != NULL && number_parse(slash + 1, 0, bits, &bits) != 0)
		return -EINVAL;
	prefix.bits = (unsigned)bits;
	*out = prefix;
	return 0;
}

int ip_prefix_of_netmask(const struct sockaddr *address, const struct sockaddr *netmask,
			 struct ip_prefix *out)
{
	struct ip_prefix prefix = {.family = address->sa_family};
	struct byte_view host = host_bytes(address);
	struct byte_view mask = host_bytes(netmask);

	if (host.len == 0 || mask.len != host.len)
		return -EAFNOSUPPORT;
	memcpy(prefix.bytes, host.ptr, host.len);
	for (size_t i = 0; i < mask.len; i++)
		prefix.bits += (unsigned)__builtin_popcount(mask.ptr[i]);
	*out = prefix;
	return 0;
}

bool ip_prefix_contains(const struct ip_prefix *prefix, const struct sockaddr *address)
{
	struct byte_view host = host_bytes(address);
	size_t whole = prefix->bits / 8;
	unsigned rest = prefix->bits % 8;

	if (host.len != family_bytes(prefix->family))
		return false;
	if (memcmp(host.ptr, prefix->bytes, whole) != 0)
		return false;
	return rest == 0 || ((host.ptr[whole] ^ prefix->bytes[whole]) >> (8 - rest)) == 0;
}

bool address_same_host(const struct sockaddr *a, const struct sockaddr *b)
{
	return host_bytes(a).len > 0 && view_equal(host_bytes(a), host_bytes(b));
}

bool address_is_wildcard(const struct sockaddr *address)
{
	static const uint8_t zeros[16];
	struct byte_view host = host_bytes(address);

	return host.len > 0 && memcmp(host.ptr, zeros, host.len) == 0;
}

static int parse_host(const char *host, struct sockaddr_storage *out)
{
	struct sockaddr_in *in = (void *)out;
	struct sockaddr_in6 *in6 = (void *)out;

	*out = (struct sockaddr_storage){0};
	if (inet_pton(AF_INET, host, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		return 0;
	}
	if (inet_pton(AF_INET6, host, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		return 0;
	}
	return -EINVAL;
}

int address_split(const char *text, struct byte_view *host, const char **port)
{
	const char *colon = strrchr(text, ':');
	const char *bracket;

	if (text[0] == '[') {
		bracket = strchr(text, ']');
		if (bracket == NULL || (bracket[1] != '\0' && bracket[1] != ':'))
			return -EINVAL;
		*host = (struct byte_view){(const uint8_t *)text + 1, (size_t)(bracket - text - 1)};
		*port = bracket[1] == ':' ? bracket + 2 : NULL;
		return 0;
	}
	*host = view_of(text);
	*port = NULL;
	if (colon != NULL && strchr(text, ':') == colon) { /* more than one: a bare IPv6 */
		host->len = (size_t)(colon - text);
		*port = colon + 1;
	}
	return 0;
}

int address_parse(const char *text, uint16_t port, struct sockaddr_storage *out)
{
	struct sockaddr_storage parsed;
	char host[INET6_ADDRSTRLEN + 2];
	struct byte_view host_text;
	const char *port_text;
	unsigned long number = port;

	if (address_split(text, &host_text, &port_text) != 0 || host_text.len >= sizeof(host))
		return -EINVAL;
	memcpy(host, host_text.ptr, host_text.len);
	host[host_text.len] = '\0';
	if (port_text != NULL && number_parse(port_text, 0, UINT16_MAX, &number) != 0)
		return -EINVAL;
	if (parse_host(host, &parsed) != 0)
		return -EINVAL;
	address_set_port((struct sockaddr *)&parsed, (uint16_t)number);
	*out = parsed;
	return 0;
}

uint16_t address_port(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)(const void *)address)->sin_port);
	if (address->sa_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)(const void *)address)->sin6_port);
	return 0;
}

void address_set_port(struct sockaddr *address, uint16_t port)
{
	if (address->sa_family == AF_INET)
		((struct sockaddr_in *)(void *)address)->sin_port = htons(port);
	else if (address->sa_family == AF_INET6)
		((struct sockaddr_in6 *)(void *)address)->sin6_port = htons(port);
}

socklen_t address_len(const struct sockaddr *address)
{
	return address->sa_family == AF_INET ? sizeof(struct sockaddr_in)
					     : sizeof(struct sockaddr_in6);
}

const char *address_format(const struct sockaddr *address, char text[ADDRESS_TEXT_MAX])
{
	struct byte_view host = host_bytes(address);
	char name[INET6_ADDRSTRLEN];

	if (host.len == 4 && inet_ntop(AF_INET, host.ptr, name, sizeof(name)) != NULL)
		snprintf(text, ADDRESS_TEXT_MAX, "%s:%u", name, address_port(address));
	else if (host.len == 16 && inet_ntop(AF_INET6, host.ptr, name, sizeof(name)) != NULL)
		snprintf(text, ADDRESS_TEXT_MAX, "[%s]:%u", name, address_port(address));
	else
		snprintf(text, ADDRESS_TEXT_MAX, "local");
	return text;
}
