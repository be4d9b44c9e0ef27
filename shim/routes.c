#include "shim/routes.h"

#include <arpa/inet.h>
#include <net/route.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	V4_FIELDS = 11,
	V6_FIELDS = 10,
	LINE_SIZE = 256, /* longer lines are not the kernel's */
	V6_HEX_LEN = 32,
};

/* Columns of the kernel's tables. */
enum { V4_DESTINATION = 1, V4_GATEWAY = 2, V4_FLAGS = 3, V4_MASK = 7 };
enum { V6_DESTINATION = 0, V6_PREFIX_LEN = 1, V6_GATEWAY = 4, V6_FLAGS = 8, V6_INTERFACE = 9 };

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

/* Copies a line and cuts it at white space. True if it has exactly that many fields. */
static bool split_line(const char *line, char copy[LINE_SIZE], char **fields, int count)
{
	size_t len = strcspn(line, "\n");
	char *rest = copy;
	char *field;
	int found = 0;

	if (len >= LINE_SIZE)
		return false;
	memcpy(copy, line, len);
	copy[len] = '\0';
	while ((field = strsep(&rest, " \t")) != NULL) {
		if (field[0] == '\0')
			continue;
		if (found == count)
			return false;
		fields[found++] = field;
	}
	return found == count;
}

static bool parse_hex(const char *field, uint32_t *value)
{
	size_t len = strspn(field, "0123456789abcdefABCDEF");

	if (len == 0 || len > 8 || field[len] != '\0')
		return false;
	*value = (uint32_t)strtoul(field, NULL, 16);
	return true;
}

static bool is_way_out(uint32_t flags)
{
	return (flags & (RTF_UP | RTF_GATEWAY | RTF_REJECT)) == (RTF_UP | RTF_GATEWAY);
}

/* Addresses stand as the kernel's raw 32-bit word, so they read back without swapping. */
static bool parse_v4_line(const char *line, char text[GATEWAY_TEXT_SIZE])
{
	char copy[LINE_SIZE];
	char *fields[V4_FIELDS];
	struct in_addr gateway;
	uint32_t destination;
	uint32_t flags;
	uint32_t mask;

	if (!split_line(line, copy, fields, V4_FIELDS) ||
	    !parse_hex(fields[V4_DESTINATION], &destination) ||
	    !parse_hex(fields[V4_GATEWAY], &gateway.s_addr) ||
	    !parse_hex(fields[V4_FLAGS], &flags) || !parse_hex(fields[V4_MASK], &mask))
		return false;
	if (destination != 0 || mask != 0 || !is_way_out(flags))
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

static bool parse_v6_address(const char *hex, struct in6_addr *address)
{
	char byte[3] = {0};
	uint32_t value;

	if (strlen(hex) != V6_HEX_LEN)
		return false;
	for (size_t i = 0; i < sizeof(address->s6_addr); i++) {
		memcpy(byte, hex + 2 * i, 2);
		if (!parse_hex(byte, &value))
			return false;
		address->s6_addr[i] = (uint8_t)value;
	}
	return true;
}

static bool parse_v6_line(const char *line, char text[GATEWAY_TEXT_SIZE])
{
	char copy[LINE_SIZE];
	char *fields[V6_FIELDS];
	char address[INET6_ADDRSTRLEN];
	struct in6_addr destination;
	struct in6_addr gateway;
	uint32_t prefix_len;
	uint32_t flags;

	if (!split_line(line, copy, fields, V6_FIELDS) ||
	    !parse_v6_address(fields[V6_DESTINATION], &destination) ||
	    !parse_hex(fields[V6_PREFIX_LEN], &prefix_len) ||
	    !parse_v6_address(fields[V6_GATEWAY], &gateway) ||
	    !parse_hex(fields[V6_FLAGS], &flags) || strlen(fields[V6_INTERFACE]) >= IFNAMSIZ)
		return false;
	if (!IN6_IS_ADDR_UNSPECIFIED(&destination) || prefix_len != 0 || !is_way_out(flags) ||
	    inet_ntop(AF_INET6, &gateway, address, sizeof(address)) == NULL)
		return false;
	/* A link-local address means something on its own link only. */
	if (IN6_IS_ADDR_LINKLOCAL(&gateway))
		snprintf(text, GATEWAY_TEXT_SIZE, "%s%%%s", address, fields[V6_INTERFACE]);
	else
		snprintf(text, GATEWAY_TEXT_SIZE, "%s", address);
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
