/*
 * command.h - the command that the shim runs, and the duties of a process that may be PID 1.
 *
 * The command shares the shim's terminal, session and process group, and finds its signal mask and
 * dispositions as the shim found its own.
 */
#ifndef SHIM_COMMAND_H
#define SHIM_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

#include "shim/signals.h"

/* What env(1), nohup(1) and docker run give, too. */
enum {
	COMMAND_EXIT_SHIM_FAILED = 125,
	COMMAND_EXIT_NOT_EXECUTABLE = 126,
	COMMAND_EXIT_NOT_FOUND = 127,
	COMMAND_EXIT_SIGNAL_BASE = 128,
};

struct command {
	pid_t pid;
	int wait_status;
	bool has_ended;
};

/*
 * Starts argv with the environment as it is. 0; or a negative errno: of fork with *is_exec_error
 * false, of exec (the file is not there, not executable) with true.
 */
int command_start(struct command *command, char **argv, const struct signals_found *found,
		  bool *is_exec_error);

/* Collects every child that has ended: the command, and orphans that came to us as PID 1. */
void command_reap(struct command *command);

/* Sends the command a signal, unless it has ended. */
void command_signal(const struct command *command, int signal_number);

/* Once it has ended: its own status, or 128+n. */
int command_exit_status(const struct command *command);

/* The status, and the reason for people, of an exec that failed with err (negative errno). */
int command_exec_failure(int err, const char *name, char *reason, size_t reason_size);

#endif
