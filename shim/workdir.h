/*
 * workdir.h - the private directory that holds the agent socket, and leaves no trace.
 *
 * On tmpfs wherever there is one, so that even a shim ended by SIGKILL leaves nothing in an image's
 * layer. The directory is locked (flock) for as long as its shim lives; one that is not is stale,
 * and the next shim of the same user sweeps it.
 */
#ifndef SHIM_WORKDIR_H
#define SHIM_WORKDIR_H

#include <limits.h>
#include <stdbool.h>
#include <sys/un.h>

#include "shim/dir_time.h"

#define WORKDIR_PREFIX "ssh-shim."
#define WORKDIR_SOCKET "agent.sock"
#define WORKDIR_IDS "ids" /* sockets of other ids */
#define WORKDIR_BIN "bin" /* links to the shim */
#define WORKDIR_KNOWN_HOSTS "known_hosts"
#define WORKDIR_ROUTES "routes"
#define WORKDIR_SECRETS "secrets" /* their content */

enum { WORKDIR_PATH_SIZE = sizeof(((struct sockaddr_un *)NULL)->sun_path) };

struct workdir {
	char path[WORKDIR_PATH_SIZE];
	char socket_path[WORKDIR_PATH_SIZE];
	int parent_fd;
	int fd; /* holds the lock */
	bool is_on_disk;
	struct dir_time parent_time; /* if is_on_disk */
};

/* For whom the directory can be entered, beside us. */
enum workdir_access {
	WORKDIR_PRIVATE,  /* 0700 */
	WORKDIR_PASSABLE, /* 0711: the socket's own mode decides who may ask */
};

/*
 * Makes a directory in the first of the places that will do: /dev/shm, $XDG_RUNTIME_DIR and /run
 * if they are tmpfs, then $TMPDIR or /tmp. 0 and *out; -ENOENT where none will, with why in error.
 */
int workdir_create(enum workdir_access access, struct workdir *out, char *error, size_t error_size);

/* As workdir_create, in this place alone, of whatever kind. 0 or a negative errno. */
int workdir_create_in(const char *parent, enum workdir_access access, struct workdir *out);

/* Removes the directory and all of ours that is in it (what the names above say); gives the parent its old times if it is on disk. */
void workdir_remove(struct workdir *workdir);

#endif
