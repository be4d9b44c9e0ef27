/*
 * child_environment.h - what the command finds in its environment, beside SSH_AUTH_SOCK.
 */
#ifndef SHIM_CHILD_ENVIRONMENT_H
#define SHIM_CHILD_ENVIRONMENT_H

#include <stddef.h>

/*
 * Puts the programs in bin_dir (absolute) ahead of the image's:
 *
 * - first on PATH, if there is a PATH;
 * - as GIT_SSH, so that git finds it, too, under a PATH set anew (a login shell's); only where neither
 *   that nor GIT_SSH_COMMAND is set. Not as GIT_SSH_COMMAND: that would go before core.sshCommand of
 *   the user's git configuration, and before what npm sets where it finds none;
 * - CARGO_NET_GIT_FETCH_WITH_CLI=true, where unset, so that cargo uses git, and so ssh, at all.
 *
 * 0 or -ENOMEM.
 */
int child_environment_put_ssh(const char *bin_dir);

#endif
