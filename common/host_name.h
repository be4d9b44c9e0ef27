/*
 * host_name.h - hosts as policies name them, HOST[:PORT], and the name that OpenSSH looks up in
 * known_hosts for each.
 */
#ifndef COMMON_HOST_NAME_H
#define COMMON_HOST_NAME_H

#include <stdint.h>

enum {
	HOST_NAME_LEN_MAX = 255,
	HOST_NAME_PORT_DEFAULT = 22,
	HOST_NAME_LOOKUP_MAX = HOST_NAME_LEN_MAX + sizeof("[]:65535"), /* with the NUL */
};

struct host_name {
	char host[HOST_NAME_LEN_MAX + 1]; /* lower case, since ssh looks up no other; no brackets */
	uint16_t port;
	/*
	 * What stands in known_hosts: the host alone for port 22, else "[host]:port" (put_host_port
	 * of OpenSSH). "[host]:22" is thus the name of nothing.
	 */
	char lookup[HOST_NAME_LOOKUP_MAX];
};

/*
 * Reads "HOST", "HOST:PORT", "V6", "[V6]" or "[V6]:PORT". 0, or -EINVAL for a bad port or a name
 * that no host has: empty, too long, or with a character that means something in known_hosts.
 */
int host_name_parse(const char *text, struct host_name *out);

#endif
