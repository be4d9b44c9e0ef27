/*
 * git_command.h - which repository a command is about that git asks ssh to run.
 */
#ifndef SHIM_GIT_COMMAND_H
#define SHIM_GIT_COMMAND_H

#include <stddef.h>

/*
 * The path in "git-upload-pack 'org/repo.git'" and its like, unquoted: git-receive-pack,
 * git-upload-archive, git-lfs-authenticate, git-lfs-transfer, also as "git upload-pack" and with a
 * directory before the program. 0 and the path in out; -ENOENT: not such a command, or one that asks
 * more of the remote shell than quotes; -ENAMETOOLONG: it does not fit.
 */
int git_command_path(const char *command, char *out, size_t out_size);

#endif
