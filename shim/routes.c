#include "shim/routes.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <net/route.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* sscanf's width for an interface name; one less than IFNAMSIZ. */
#define IFNAME_FORMAT "%15s"

static const char *line_after(const char *line)
{
	const char *end = strchr(line, '\n');

	return end != NULL ? end + 1 : line + strlen(line);
}

static size_t gateway_add(struct gateway *gateways, size_t count, size_t max, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(gateways[i].text, text) == 0)
			return count;
	}
	if (count < max)
		snprintf(gateways[count++].text, sizeof(gateways[0].text), "%s", text);
	return count;
}

/* Addresses stand as the kernel's raw 32-bit word, so they read back without swapping. */
static bool parse_v4_line(const char *line, char text[GATEWAY_TEXT_SIZE])
{
	uint32_t destination;
	struct in_addr gateway;
	unsigned int flags;
	uint32_t mask;
	const unsigned int wanted = RTF_UP | RTF_GATEWAY;

	if (sscanf(line, IFNAME_FORMAT " %8" SCNx32 " %8" SCNx32 " %8x %*d %*d %*d %8" SCNx32, text,
		   &destination, &gateway.s_addr, &flags, &mask) != 5)
		return false;
	if (destination != 0 || mask != 0 || (flags & (wanted | RTF_REJECT)) != wanted)
		return false;
	return inet_ntop(AF_INET, &gateway, text, GATEWAY_TEXT_SIZE) != NULL;
}

size_t routes_parse_v4(const char *text, struct gateway *gateways, size_t max)
{
	char found[GATEWAY_TEXT_SIZE];
	size_t count = 0;

	for (const char *line = text; *line != '\0'; line = line_after(line)) {
		if (parse_v4_line(line, found))
			count = gateway_add(gateways, count, max, found);
	}
	return count;
}

static bool parse_v6_address(const char hex[33], struct in6_addr *address)
{
	for (size_t i = 0; i < sizeof(address->s6_addr); i++) {
		if (sscanf(hex + 2 * i, "%2" SCNx8, &address->s6_addr[i]) != 1)
			return false;
	}
	return true;
}

static bool parse_v6_line(const char *line, char text[GATEWAY_TEXT_SIZE])
{
	char destination[33];
	char gateway_hex[33];
	char interface[IFNAMSIZ];
	struct in6_addr gateway;
	unsigned int prefix_len;
	unsigned int flags;
	const unsigned int wanted = RTF_UP | RTF_GATEWAY;

	if (sscanf(line,
		   "%32[0-9a-f] %2x %*32[0-9a-f] %*2x %32[0-9a-f] %*8x %*8x %*8x "
		   "%8x " IFNAME_FORMAT,
		   destination, &prefix_len, gateway_hex, &flags, interface) != 5)
		return false;
	if (prefix_len != 0 || strspn(destination, "0") != 32 || strlen(gateway_hex) != 32)
		return false;
	if ((flags & (wanted | RTF_REJECT)) != wanted || !parse_v6_address(gateway_hex, &gateway))
		return false;
	if (inet_ntop(AF_INET6, &gateway, text, GATEWAY_TEXT_SIZE) == NULL)
		return false;
	/* A link-local address means something on its own link only. */
	if (IN6_IS_ADDR_LINKLOCAL(&gateway)) {
		strcat(text, "%");
		strcat(text, interface);
	}
	return true;
}

size_t routes_parse_v6(const char *text, struct gateway *gateways, size_t max)
{
	char found[GATEWAY_TEXT_SIZE];
	size_t count = 0;

	for (const char *line = text; *line != '\0'; line = line_after(line)) {
		if (parse_v6_line(line, found))
			count = gateway_add(gateways, count, max, found);
	}
	return count;
}
