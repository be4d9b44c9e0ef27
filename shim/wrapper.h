/*
 * wrapper.h - the shim as `ssh`, `scp` and `sftp`, ahead of the image's own on the command's PATH.
 *
 * The shim's directory has links of these names to the shim itself. Called by one of them, it adds
 * what the daemon handed over to what ssh was asked for anyway - host keys to be known beside the
 * image's own, and the agent socket that serves the repository - and becomes the real program: no
 * process stays between, so terminal, signals, pipes and exit status are as without us. It speaks to
 * no daemon and knows no token: all it needs are files beside the link (wrapper_files.h).
 */
#ifndef SHIM_WRAPPER_H
#define SHIM_WRAPPER_H

#include <stdbool.h>

/* True if the program was called by a name that we stand in for. */
bool wrapper_is_meant(const char *argv0);

/* Becomes the real program. Returns an exit status if it cannot, after saying why on stderr. */
int wrapper_run(char **argv);

#endif
