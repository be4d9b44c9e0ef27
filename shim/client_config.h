/*
 * client_config.h - what the configuration of the image's ssh says, as far as reading its files tells.
 *
 * Which keywords stand there at all, in whatever Host or Match block, and their values for a destination
 * where these follow from plain lines: reading a few files is a hundred times cheaper than `ssh -G`.
 */
#ifndef SHIM_CLIENT_CONFIG_H
#define SHIM_CLIENT_CONFIG_H

#include "shim/client_args.h"
#include "shim/client_values.h"

struct client_config {
	unsigned settings; /* CLIENT_SETS_...; CLIENT_SETS_ANY where it cannot be said */
	struct client_values values;
};

/*
 * Of the file that -F names, or else of ~/.ssh/config and /etc/ssh/ssh_config, and of what they
 * include, for the destination called host. home: where "~" is; may be NULL.
 */
void client_config_read(const char *config_file, const char *home, struct byte_view host,
			struct client_config *out);

/* Adds what this file says, and what it includes; one that cannot be read says nothing. dir: where names
 * of included files start that do not begin with "/" or "~". */
void client_config_add_file(struct client_config *config, const char *path, const char *dir,
			    const char *home, struct byte_view host);

#endif
