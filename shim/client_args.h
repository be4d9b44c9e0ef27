/*
 * client_args.h - what a command line of OpenSSH's ssh asks for, as far as the shim has to know.
 *
 * Read as ssh reads it: options may stand before and behind the destination, "--" ends them, what is
 * left is the command. Nothing is changed, and what is not understood is left to ssh to judge.
 */
#ifndef SHIM_CLIENT_ARGS_H
#define SHIM_CLIENT_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/bytes.h"

/* Settings of ssh_config(5) that matter here. */
enum client_setting {
	CLIENT_SETS_KNOWN_HOSTS = 1 << 0, /* GlobalKnownHostsFile */
	CLIENT_SETS_HOST = 1 << 1,	  /* what a destination's name or port becomes */
	CLIENT_SETS_AGENT = 1 << 2,	  /* IdentityAgent */
	CLIENT_SETS_ANY = 0xff,
};

struct client_args {
	const char
		*host; /* into argv, host_len characters, without user and brackets; NULL: none */
	size_t host_len;
	uint16_t port;		 /* -p, or the destination's; 0: none given */
	const char *config_file; /* -F; NULL: the usual ones */
	char **destination;	 /* where in argv it stands; NULL: nowhere */
	char **command;		 /* where the remote command begins, NULL-terminated; NULL: none */
	unsigned settings;	 /* what -o sets: CLIENT_SETS_... */
	bool is_verbose;	 /* -v */
	bool makes_no_login;	 /* -V, -Q, -G, -O: about ssh itself, or about a running one */
};

/* argv[0] is the program. Pointers in *out go into argv. */
void client_args_parse(char **argv, struct client_args *out);

/* What words of a line of configuration stand between. */
bool client_is_blank(uint8_t c);

/*
 * The setting that a line of configuration makes, or 0: "Keyword value", "keyword=value"; the same
 * is what -o takes. Include, which may make any, is told apart by client_line_value.
 */
unsigned client_line_settings(struct byte_view line);

/* True, and the rest of the line in *value, if the line's keyword is this one. */
bool client_line_value(struct byte_view line, const char *keyword, struct byte_view *value);

#endif
