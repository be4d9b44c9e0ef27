/*
 * secret_target.h - the place where a command looks for a secret: a link to its content, which is gone
 * afterwards together with every directory that was made for it.
 */
#ifndef SHIM_SECRET_TARGET_H
#define SHIM_SECRET_TARGET_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "shim/dir_time.h"

enum { SECRET_TARGET_DEPTH_MAX = 64 };

struct made_directory {
	int parent_fd;
	char name[NAME_MAX + 1];
};

struct secret_target {
	int parent_fd; /* the directory of the link; -1: there is no link */
	char name[NAME_MAX + 1];
	char content[PATH_MAX]; /* what the link says */
	struct made_directory *made;
	size_t made_count;
	int touched_fd; /* the directory that was there and got something in it; borrowed */
	struct dir_time touched_time;
};

/*
 * Makes the link at path, and the directories to it (0755), to content, an absolute path. In path "~/" at
 * the beginning is $HOME; a relative one begins in the working directory. What is at path already is
 * never replaced, but for a link that another shim, killed since, has left. 0; or a negative errno, with
 * what failed in error, and nothing is changed.
 */
int secret_target_place(struct secret_target *target, const char *path, const char *content,
			char *error, size_t error_size);

/*
 * Takes it away again, and gives the directory that was there before its time back. What the command
 * has put in the place of the link, or into the directories, stays. Once; targets in the reverse of the
 * order they were placed in.
 */
void secret_target_remove(struct secret_target *target);

#endif
