/*
 * client_values.h - what lines of ssh_config(5) say for one destination, as far as the shim's ssh has to know.
 *
 * Read as OpenSSH's readconf.c reads them: Host blocks are matched with the name as it was typed, the first
 * value counts. What takes more than that - Match, quotes, tokens, canonical names - is left to `ssh -G`
 * (client_settings.h): is_plain is false then, and the values mean nothing.
 */
#ifndef SHIM_CLIENT_VALUES_H
#define SHIM_CLIENT_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/bytes.h"
#include "shim/client_settings.h"

struct client_values {
	bool is_plain;
	char host[REPO_HOST_SIZE];	     /* HostName; empty: not set */
	uint16_t port;			     /* 0: not set */
	char known_hosts[CLIENT_FILES_SIZE]; /* GlobalKnownHostsFile; empty: not set */
};

/* Where in the files a line stands. */
struct client_block {
	bool is_active; /* what it sets counts */
	bool is_never; /* in a file included from a block that does not count: nor does any in there */
};

/* One line, for the destination called host. Include is not followed here. */
void client_values_take(struct client_values *values, struct byte_view line, struct byte_view host,
			struct client_block *block);

/* The next word of *line, which goes on behind it; empty after the last. */
struct byte_view client_values_word(struct byte_view *line);

#endif
