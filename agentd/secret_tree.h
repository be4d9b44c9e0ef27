/*
 * secret_tree.h - the bytes of a secret in files: those of a file as they are, those of a directory
 * and all in it as a tar stream (common/tar.h).
 *
 * Calls block, as file systems do: for a thread that may.
 */
#ifndef AGENTD_SECRET_TREE_H
#define AGENTD_SECRET_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	SECRET_TREE_REASON_MAX = 150,
	SECRET_TREE_DEPTH_MAX = 32,
	SECRET_TREE_ENTRIES_MAX = 20000,
};

struct secret_tree;

/*
 * Opens path, which may be a link. max_len bounds the content; in a directory each entry counts 512
 * more. 0 and *out; -EMSGSIZE over max_len, or a negative errno of the system; reason says what, to be
 * put behind the secret's name, and names no path.
 */
int secret_tree_open(const char *path, uint64_t max_len, struct secret_tree **out,
		     char reason[SECRET_TREE_REASON_MAX]);

bool secret_tree_is_directory(const struct secret_tree *tree);

/*
 * The next size bytes, or as many as there are: fewer only at the end. Returns their number; or a
 * negative errno with reason, as above. In a directory links are sent as links; sockets, pipes and
 * devices are left out.
 */
ssize_t secret_tree_read(struct secret_tree *tree, uint8_t *to, size_t size,
			 char reason[SECRET_TREE_REASON_MAX]);

/* NULL is fine. */
void secret_tree_close(struct secret_tree *tree);

#endif
