/*
 * keeper.h - the process that holds the keys, as the front sees it.
 *
 * The keeper is a child, made before the first listener; further ones may come when the
 * configuration is read again. It reads key files, asks for passphrases,
 * locks itself in (sandbox.h), and is an agent (RFC 9987) on every stream handed to it. It ends when
 * the front does; it ignores SIGINT, SIGTERM, SIGHUP and SIGQUIT, which are the front's to act on.
 */
#ifndef AGENTD_KEEPER_KEEPER_H
#define AGENTD_KEEPER_KEEPER_H

#include <stddef.h>
#include <sys/types.h>

/* One id and its keys. file: a path, "env:NAME", or "-" for standard input. */
struct keeper_source {
	const char *id;
	char **files;
	size_t file_count;
};

struct keeper_config {
	const struct keeper_source *sources; /* each id once */
	size_t source_count;
	const char *passphrase_file; /* or NULL */
};

/*
 * Forks the keeper and waits until it has loaded every key, which may take as long as someone
 * needs to type passphrases. The caller must be single-threaded, and must stay the parent: going
 * to the background comes before this call, since the keeper dies with the process that forked it.
 *
 * The caller never reads a key: what came from the environment is wiped from its memory, and
 * standard input becomes /dev/null if it was a source.
 *
 * 0: *pid, and *control_fd (non-blocking, close-on-exec), both the caller's; end of file on
 * *control_fd means that the keeper is dead. A negative errno: the keeper has said on the log what
 * was wrong with each file, and is gone.
 */
int keeper_start(const struct keeper_config *config, pid_t *pid, int *control_fd);

/*
 * Starts a keeper as a fresh program (keeper_spawn.h), and does not wait until its keys are loaded: it
 * tells that as the first thing that can be read from *control_fd (control_poll_status). For a caller
 * with threads and secrets. env:NAME is read from the environment as it is now; standard input
 * is empty. 0, *pid and *control_fd as keeper_start; or a negative errno after a report.
 */
int keeper_spawn(const struct keeper_config *config, pid_t *pid, int *control_fd);

/*
 * Asks the keeper to be the agent of id on fd, one end of a stream socket pair; fd stays the
 * caller's to close, and its other end sees end of file if the keeper will not (no such id, too
 * many connections). 0; -EAGAIN: try again when control_fd is writable; -EPIPE: the keeper is dead;
 * -EINVAL: no id can be that long.
 */
int keeper_serve(int control_fd, const char *id, int fd);

/* Makes the keeper wipe all keys; its ids offer nothing from then on. As keeper_serve. */
int keeper_forget(int control_fd);

#endif
