/*
 * runtime_dir.h - the daemon's private directory: Unix sockets for each id, and for control.
 *
 *     $XDG_RUNTIME_DIR/ssh-forward-agentd/agent.sock      the default id, where there is one
 *                                        /ids/ID.sock     one for each id
 *                                        /control.sock    ssh-forward-agentd token
 *                                        /lock            held while the daemon runs
 *
 * Without $XDG_RUNTIME_DIR: /run/ssh-forward-agentd for root, /tmp/ssh-forward-agentd-UID else;
 * where that cannot be, as in an image of nothing but us, /dev/shm/ssh-forward-agentd-UID.
 * Where another daemon of the same user runs already, the second takes a directory of its own,
 * with its process id behind the name.
 */
#ifndef AGENTD_RUNTIME_DIR_H
#define AGENTD_RUNTIME_DIR_H

#include <sys/un.h>

/* Leaves room for "/ids/", the longest id and ".sock" in a socket address. */
enum { RUNTIME_DIR_MAX = sizeof(((struct sockaddr_un *)0)->sun_path) };

struct runtime_dir {
	char path[RUNTIME_DIR_MAX];
	int lock_fd;
};

/*
 * Makes the directory, mode 0700, ours alone, and empties it of a dead daemon's sockets. Reports
 * what is wrong and returns a negative errno; -EROFS, without a report, if there is no place for it.
 */
int runtime_dir_open(struct runtime_dir *dir);

/* Removes the sockets and the directory. */
void runtime_dir_close(struct runtime_dir *dir);

/* Where the control socket of this user's (first) daemon is. 0, -ENAMETOOLONG, or -EROFS as above. */
int runtime_dir_control_path(char path[RUNTIME_DIR_MAX]);

#endif
