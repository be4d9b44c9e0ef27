/*
 * client_program.h - the programs of the image that the shim's own stand before.
 */
#ifndef SHIM_CLIENT_PROGRAM_H
#define SHIM_CLIENT_PROGRAM_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

/*
 * The first program called name on search_path (a PATH; NULL: the system's) that is not self, by
 * whatever link: ours may be there more than once, and it may be called without being on it at all.
 * Directories that a shim has made are passed by: a shim within a shim of another file would else
 * find the other's, and that one ours, for ever. True and its path in out.
 */
bool client_program_find(const char *name, const char *search_path, const struct stat *self,
			 char out[PATH_MAX]);

/* True if what this path leads to is dropbear's: it goes by its name, dbclient or dropbearmulti. */
bool client_program_is_dropbear(const char *path);

#endif
