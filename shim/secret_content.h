/*
 * secret_content.h - the content of one secret, as it arrives: to a file, a directory, memory for a
 * variable, or a file and memory.
 */
#ifndef SHIM_SECRET_CONTENT_H
#define SHIM_SECRET_CONTENT_H

#include "common/bytes.h"
#include "common/locked_memory.h"
#include "shim/secret_option.h"
#include "shim/tree.h"

enum {
	/* What Linux takes in one "NAME=VALUE" with its NUL (MAX_ARG_STRLEN). */
	SECRET_VARIABLE_SIZE = 128 * 1024,
};

struct unpack;

struct secret_content {
	const char *env;	       /* the variable's name; NULL: no variable */
	struct locked_memory variable; /* "NAME=VALUE", a string once finished */
	size_t variable_len;
	int fd; /* file or directory, or -1 */
	struct unpack *unpack;
};

/*
 * Makes name, a file or a directory, in the directory open at parent_fd, with nothing in it; parent_fd
 * -1 makes neither. env: as above. Both strings outlive the content. 0, or a negative errno.
 */
int secret_content_init(struct secret_content *content, int parent_fd, const char *name,
			bool is_directory, const char *env);

/* Takes more of it. 0, or a negative errno: -E2BIG no variable can hold that much, -EBADMSG (unpack.h). */
int secret_content_put(struct secret_content *content, struct byte_view bytes);

/*
 * All has come: gives it the mode and owner. 0, or a negative errno: -EINVAL a NUL in a variable, -EBADMSG
 * a directory that is cut short.
 */
int secret_content_finish(struct secret_content *content, const struct tree_access *access);

/* Wipes the variable; files stay. */
void secret_content_deinit(struct secret_content *content);

#endif
