/*
 * tree.h - all that is in a directory of the shim's own: its modes and owners, and its end.
 *
 * Links are never followed.
 */
#ifndef SHIM_TREE_H
#define SHIM_TREE_H

#include <sys/types.h>

/* Whose a file is, and who may use it. */
struct tree_access {
	mode_t mode; /* of files; who may read a directory may enter it, too */
	uid_t uid;   /* (uid_t)-1: as it is */
	gid_t gid;   /* (gid_t)-1: as it is */
};

enum { TREE_DEPTH_MAX = 64 };

/*
 * Gives the file or directory open at fd, and all in it, that access; executable files stay so, for
 * those who may read them. 0 or a negative errno.
 */
int tree_set_access(int fd, const struct tree_access *access);

/* Removes name, in the directory open at parent_fd, and all in it, as far as it goes. */
void tree_remove(int parent_fd, const char *name);

#endif
