/*
 * sandbox.h - what the keeper gives up.
 */
#ifndef AGENTD_KEEPER_SANDBOX_H
#define AGENTD_KEEPER_SANDBOX_H

/*
 * Before any key is read: no core file, and no other process of the user may look inside (ptrace,
 * /proc/PID/mem). 0 or a negative errno.
 */
int sandbox_hide(void);

/* Closes all descriptors but stderr and *fd, which becomes another number; stdin and stdout become
 * /dev/null. 0 or a negative errno. */
int sandbox_close_descriptors(int *fd);

/*
 * After loading, when all threads run: no new privileges, and a filter for all threads under which
 * any system call but those needed to serve ends the process with SIGSYS. No files, no
 * sockets, no programs, no processes. control_fd: the only socket to receive messages from. 0 or
 * a negative errno.
 */
int sandbox_enter(int control_fd);

#endif
