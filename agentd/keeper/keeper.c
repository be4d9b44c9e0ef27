#include "agentd/keeper/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agentd/keeper/control.h"
#include "agentd/keeper/keeper_process.h"
#include "agentd/keeper/source.h"
#include "common/log.h"

/* The keys that came from here are the keeper's alone now. */
static void give_up_inputs(const struct keeper_config *config)
{
	bool is_stdin_used = false;
	int null_fd;

	for (size_t i = 0; i < config->source_count; i++) {
		for (size_t f = 0; f < config->sources[i].file_count; f++) {
			const char *name = config->sources[i].files[f];

			if (source_variable(name) != NULL)
				source_wipe_variable(source_variable(name));
			else if (!source_is_file(name))
				is_stdin_used = true;
		}
	}
	if (!is_stdin_used)
		return;
	null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null_fd >= 0 && null_fd != STDIN_FILENO) {
		dup2(null_fd, STDIN_FILENO);
		close(null_fd);
	}
}

/* Waits for the end of a keeper that did not make it; returns what keeper_start shall. */
static int reap(pid_t pid, int status_err, int status)
{
	int ended = 0;

	while (waitpid(pid, &ended, 0) < 0 && errno == EINTR)
		;
	if (status_err == 0)
		return status;
	if (WIFSIGNALED(ended))
		log_error("the keeper was killed by signal %d (%s) while it loaded keys",
			  WTERMSIG(ended), strsignal(WTERMSIG(ended)));
	else
		log_error("the keeper ended while it loaded keys");
	return status_err;
}

int keeper_start(const struct keeper_config *config, pid_t *pid, int *control_fd)
{
	pid_t parent = getpid();
	int ends[2];
	int status = 0;
	int err;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return -errno;
	log_flush(); /* what is kept, or both write it */
	child = fork();
	if (child < 0) {
		err = -errno;
		log_error("cannot start the keeper: %s", strerror(-err));
		close(ends[0]);
		close(ends[1]);
		return err;
	}
	if (child == 0) {
		close(ends[0]);
		keeper_process_run(config, parent, ends[1]);
	}
	close(ends[1]);
	give_up_inputs(config);
	err = control_receive_status(ends[0], &status);
	if (err != 0 || status != 0) {
		close(ends[0]);
		return reap(child, err, status);
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*pid = child;
	*control_fd = ends[0];
	return 0;
}

int keeper_serve(int control_fd, const char *id, int fd)
{
	return control_send(control_fd, CONTROL_SERVE, view_of(id), fd);
}

int keeper_forget(int control_fd)
{
	return control_send(control_fd, CONTROL_FORGET, (struct byte_view){NULL, 0}, -1);
}
