#include "shim/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child. Reports through the pipe, which a successful exec closes. */
__attribute__((noreturn)) static void run(char **argv, const struct signals_found *found,
					  int report_fd)
{
	int err;

	signals_restore(found);
	execvp(argv[0], argv);
	err = errno;
	while (write(report_fd, &err, sizeof(err)) < 0 && errno == EINTR)
		;
	_exit(COMMAND_EXIT_NOT_FOUND);
}

/* 0 once exec has succeeded, or its errno. */
static int read_report(int fd)
{
	int err = 0;
	ssize_t got;

	do
		got = read(fd, &err, sizeof(err));
	while (got < 0 && errno == EINTR);
	return got == sizeof(err) ? err : 0;
}

int command_start(struct command *command, char **argv, const struct signals_found *found,
		  bool *is_exec_error)
{
	int report[2];
	int err;

	*command = (struct command){0};
	*is_exec_error = false;
	if (pipe2(report, O_CLOEXEC) != 0)
		return -errno;
	command->pid = fork();
	if (command->pid < 0) {
		err = -errno;
		close(report[0]);
		close(report[1]);
		return err;
	}
	if (command->pid == 0)
		run(argv, found, report[1]);
	close(report[1]);
	err = read_report(report[0]);
	close(report[0]);
	if (err == 0)
		return 0;
	*is_exec_error = true;
	waitpid(command->pid, NULL, 0);
	command->has_ended = true;
	return -err;
}

void command_reap(struct command *command)
{
	int wait_status;
	pid_t pid;

	while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0) {
		if (pid != command->pid)
			continue;
		command->wait_status = wait_status;
		command->has_ended = true;
	}
}

void command_signal(const struct command *command, int signal_number)
{
	if (command->pid > 0 && !command->has_ended)
		(void)kill(command->pid, signal_number);
}

int command_exit_status(const struct command *command)
{
	if (WIFSIGNALED(command->wait_status))
		return COMMAND_EXIT_SIGNAL_BASE + WTERMSIG(command->wait_status);
	return WEXITSTATUS(command->wait_status);
}

int command_exec_failure(int err, const char *name, char *reason, size_t reason_size)
{
	if (err != -ENOENT && err != -ENOTDIR) {
		snprintf(reason, reason_size, "%s: cannot be executed: %s", name, strerror(-err));
		return COMMAND_EXIT_NOT_EXECUTABLE;
	}
	if (strchr(name, '/') == NULL)
		snprintf(reason, reason_size, "%s: not found in PATH", name);
	else
		snprintf(reason, reason_size, "%s: not found, or its interpreter is not", name);
	return COMMAND_EXIT_NOT_FOUND;
}
