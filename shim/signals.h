/*
 * signals.h - the signals that the shim takes, as events of the loop.
 */
#ifndef SHIM_SIGNALS_H
#define SHIM_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <uv.h>

/* Of the process as the shim found it, and as the command gets it back. */
struct signals_found {
	sigset_t mask;
	struct sigaction pipe_action;
	struct sigaction child_action;
};

struct signals;

/*
 * A signal for the command. is_from_terminal: the kernel sent it to the terminal's foreground
 * group, so the command, being in our group, has it already.
 */
typedef void (*signals_received)(void *owner, int signal_number, bool is_from_terminal);
/* A child may have ended. */
typedef void (*signals_child)(void *owner);

struct signals {
	uv_poll_t poll;
	int fd;
	struct signals_found found;
	signals_received on_received;
	signals_child on_child;
	void *owner;
};

/*
 * Blocks SIGCHLD and the signals to be forwarded, and delivers them through the loop; ignores
 * SIGPIPE, and does not ignore SIGCHLD. 0 or a negative errno.
 */
int signals_init(struct signals *signals, uv_loop_t *loop, signals_received on_received,
		 signals_child on_child, void *owner);

/* Closes; the memory may go when the loop has run out. The signals stay blocked. */
void signals_close(struct signals *signals);

/* In a forked child, before exec: everything as the shim found it. */
void signals_restore(const struct signals_found *found);

#endif
