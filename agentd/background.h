/*
 * background.h - --fork: the process that was started stays until the daemon is ready, as
 * ssh-agent's does, so that eval "$(...)" gets all of its output.
 */
#ifndef AGENTD_BACKGROUND_H
#define AGENTD_BACKGROUND_H

/*
 * Forks. The parent does not return: it exits 0 when the child calls background_ready, or with the
 * child's exit status when that ends first. The child gets a descriptor for background_ready, or
 * a negative errno.
 */
int background_fork(void);

/* Lets the parent go; leaves its terminal and its standard input and output. */
void background_ready(int fd);

#endif
