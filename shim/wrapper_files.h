/*
 * wrapper_files.h - what the shim's own ssh needs, as files in the shim's directory.
 *
 *   bin/ssh, bin/scp, bin/sftp   links to the shim
 *   known_hosts                  the host keys that the daemon handed over; absent: none
 *   routes                       lines "SOCKET PATTERN" (repo_route.h); absent: none
 *
 * Nothing in them is secret, and any user of the container may read them: the sockets' own modes say
 * who may use those.
 */
#ifndef SHIM_WRAPPER_FILES_H
#define SHIM_WRAPPER_FILES_H

#include "common/bytes.h"
#include "shim/offer.h"
#include "shim/repo_route.h"
#include "shim/workdir.h"

#define WRAPPER_NAMES "ssh", "scp", "sftp"

enum { WRAPPER_ROUTES_MAX = OFFER_REPOS_MAX * (REPO_PATTERN_MAX + WORKDIR_PATH_SIZE) };

/* True if the offer holds anything that an ssh of our own is needed for. */
bool wrapper_is_needed(const struct offer *offer);

/*
 * Makes them. by_default: the id that the socket of the directory itself serves, NULL where there is no
 * such socket; others are served at ids/ID.sock. 0, or a negative errno and what failed in error.
 */
int wrapper_files_make(const struct workdir *workdir, const struct offer *offer,
		       const struct offer_id *by_default, char *error, size_t error_size);

/* The routes of the offer, as the file has them. Says on stderr which it leaves out. */
void wrapper_put_routes(struct byte_buf *text, const struct offer *offer,
			const struct offer_id *by_default);

/* The socket that serves an id, relative to the shim's directory. */
void wrapper_socket_of(const struct offer_id *id, const struct offer_id *by_default,
		       char socket[ROUTE_SOCKET_SIZE]);

/* Appends the file's content; where it is not there, nothing. */
void wrapper_read_routes(const char *path, struct byte_buf *routes);

#endif
