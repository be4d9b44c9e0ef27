#include "agentd/child_command.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/log.h"

static void on_exited(uv_process_t *process, int64_t exit_status, int signum)
{
	struct child_command *child = process->data;

	child->is_running = false;
	child->exit_status = signum != 0 ? 128 + signum : (int)exit_status;
	uv_close((uv_handle_t *)process, NULL);
	child->on_ended(child);
}

int child_command_start(struct child_command *child, uv_loop_t *loop, char **command,
			const char *token, void (*on_ended)(struct child_command *child),
			void *owner)
{
	uv_stdio_container_t stdio[] = {
		{.flags = UV_INHERIT_FD, .data.fd = STDIN_FILENO},
		{.flags = UV_INHERIT_FD, .data.fd = STDOUT_FILENO},
		{.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
	};
	uv_process_options_t options = {
		.exit_cb = on_exited,
		.file = command[0],
		.args = command,
		.stdio = stdio,
		.stdio_count = sizeof(stdio) / sizeof(stdio[0]),
	};
	int err;

	*child = (struct child_command){.on_ended = on_ended, .owner = owner};
	child->process.data = child;
	setenv("SSH_SHIM_TOKEN", token, 1);
	err = uv_spawn(loop, &child->process, &options);
	unsetenv("SSH_SHIM_TOKEN");
	if (err == 0) {
		child->is_running = true;
		return 0;
	}
	uv_close((uv_handle_t *)&child->process, NULL);
	child->exit_status = err == UV_ENOENT ? 127 : 126;
	log_error("cannot run %s: %s", command[0], uv_strerror(err));
	return err;
}

void child_command_signal(struct child_command *child, int signum)
{
	/* Ctrl-C goes to everyone in the terminal's foreground group: once is enough. */
	bool has_it_already = signum == SIGINT && tcgetpgrp(STDIN_FILENO) == getpgrp();

	if (child->is_running && !has_it_already)
		uv_process_kill(&child->process, signum);
}
