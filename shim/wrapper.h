/*
 * wrapper.h - the shim as `ssh`, `scp` and `sftp`, ahead of the image's own on the command's PATH.
 *
 * The shim's directory has links of these names to the shim itself. Called by one of them, it adds
 * what the daemon handed over to what ssh was asked for anyway - host keys to be known beside the
 * image's own, and the agent socket that serves the repository - and becomes the real program: no
 * process stays between, so terminal, signals, pipes and exit status are as without us. It speaks to
 * no daemon and knows no token: all it needs are files beside the link (wrapper_files.h).
 */
#ifndef SHIM_WRAPPER_H
#define SHIM_WRAPPER_H

#include <limits.h>
#include <stdbool.h>

#include "common/bytes.h"
#include "common/repo_pattern.h"
#include "shim/repo_route.h"

/* True if the program was called by a name that we stand in for. */
bool wrapper_is_meant(const char *argv0);

/* Becomes the real program. Returns an exit status if it cannot, after saying why on stderr. */
int wrapper_run(char **argv);

/* What the shim's ssh would do for a destination, and with what. */
struct wrapper_foresight {
	struct repo_place place;	/* after configuration had its say */
	char socket[ROUTE_SOCKET_SIZE]; /* of the route for it; empty: none fits */
	bool has_program;		/* the image has an ssh; where not, stderr said so */
	bool is_dropbear;		/* which can be given no host keys */
};

/*
 * argv: "ssh", options, destination; path: of the repository, "" for none; routes as in repo_route.h.
 * 0, or -EINVAL: no destination, or one too long.
 */
int wrapper_foresee(char **argv, const char *path, struct byte_view routes,
		    struct wrapper_foresight *out);

/* Where ssh looks for ~/.ssh: the user's entry counts, not $HOME. NULL: there is none. */
const char *wrapper_home(char home[PATH_MAX]);

#endif
