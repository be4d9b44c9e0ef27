/*
 * client_settings.h - what the image's ssh makes of a command line and its configuration: `ssh -G`.
 *
 * Costs a process, so it is asked only where the configuration may say something that matters.
 */
#ifndef SHIM_CLIENT_SETTINGS_H
#define SHIM_CLIENT_SETTINGS_H

#include <stdint.h>

#include "common/bytes.h"
#include "common/repo_pattern.h"

enum { CLIENT_FILES_SIZE = 4096 };

struct client_settings {
	char host[REPO_HOST_SIZE];	     /* HostName */
	uint16_t port;			     /* Port */
	char known_hosts[CLIENT_FILES_SIZE]; /* GlobalKnownHostsFile, as ssh prints it */
};

/* Reads what `ssh -G` printed. 0; -EBADMSG: one of the three is missing or does not fit. */
int client_settings_parse(struct byte_view text, struct client_settings *out);

/*
 * Runs program -G with argv[1] and on, up to and with *last. 0, or a negative errno: -EBADMSG when it
 * did not print settings (a program that knows no -G, arguments it does not take).
 */
int client_settings_ask(const char *program, char **argv, char **last, struct client_settings *out);

#endif
