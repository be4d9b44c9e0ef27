/*
 * child_command.h - the command behind "--", run while the daemon serves.
 */
#ifndef AGENTD_CHILD_COMMAND_H
#define AGENTD_CHILD_COMMAND_H

#include <stdbool.h>
#include <uv.h>

struct child_command {
	uv_process_t process;
	bool is_running;
	int exit_status; /* as a shell reports it: 128+n for a signal, 126, 127 */
	void (*on_ended)(struct child_command *child);
	void *owner;
};

/*
 * Starts command (argv) with token in SSH_SHIM_TOKEN; on_ended comes when it has ended. Reports
 * why it cannot be started and returns a negative errno; exit_status is set then, too.
 */
int child_command_start(struct child_command *child, uv_loop_t *loop, char **command,
			const char *token, void (*on_ended)(struct child_command *child),
			void *owner);

/* Hands a signal on, unless the terminal has sent it to the child as well as to us. */
void child_command_signal(struct child_command *child, int signum);

#endif
