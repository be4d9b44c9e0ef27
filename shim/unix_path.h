/*
 * unix_path.h - which socket serves an id, under a path that is a socket or the daemon's directory.
 */
#ifndef SHIM_UNIX_PATH_H
#define SHIM_UNIX_PATH_H

#include <stddef.h>

/*
 * path: the daemon's directory, or a socket in it. id: NULL for the default, else valid (id_is_valid).
 * 0 and the socket's path in out; -ENOENT: nothing at path; -EPERM: it does not serve the id. With
 * an error out says what is wrong instead.
 */
int unix_path_choose(const char *path, const char *id, char *out, size_t out_size);

#endif
