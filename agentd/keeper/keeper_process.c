#include "agentd/keeper/keeper_process.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "agentd/keeper/control.h"
#include "agentd/keeper/loader.h"
#include "agentd/keeper/memory_lock.h"
#include "agentd/keeper/sandbox.h"
#include "agentd/keeper/server.h"
#include "common/log.h"

/* Whatever the front has arranged for itself: not for us. */
static void reset_signals(void)
{
	static const int reset[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGPIPE, SIGALRM, SIGTERM,
				    SIGUSR1, SIGUSR2, SIGCHLD, SIGTSTP, SIGCONT, SIGWINCH};
	sigset_t none;

	for (size_t i = 0; i < sizeof(reset) / sizeof(reset[0]); i++)
		signal(reset[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * The end of the control socket tells us too; this one also works while we wait for a passphrase.
 * A signal that prompt.c can catch, so that the terminal gets its echo back.
 */
static int die_with_front(pid_t front, int signal_number)
{
	if (prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0) != 0)
		return -errno;
	return getppid() == front ? 0 : -ESRCH;
}

/* From here on a signal to the terminal's group is the front's business. */
static void leave_terminal(void)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2};

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	setsid();
}

static void raise_descriptor_limit(void)
{
	struct rlimit limit;
	rlim_t wanted = SERVER_CONNECTIONS_MAX + 64;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void lock_memory(void)
{
	switch (memory_lock_all()) {
	case MEMORY_LOCKED:
		break;
	case MEMORY_LOCKED_SO_FAR:
		log_info("keys are locked in memory, but not what is allocated later; "
			 "ulimit -l unlimited locks all");
		break;
	case MEMORY_NOT_LOCKED:
		log_warn("keys are not locked in memory and could reach swap; "
			 "raise the limit (ulimit -l)");
		break;
	}
}

/* *step: what was being done, for the message. */
static int prepare_to_serve(struct server *server, struct keyring *ring, pid_t front,
			    int *control_fd, const char **step)
{
	int err;

	leave_terminal();
	raise_descriptor_limit();
	*step = "stay with its parent";
	err = die_with_front(front, SIGKILL);
	if (err == 0) {
		*step = "close its files";
		err = sandbox_close_descriptors(control_fd);
	}
	if (err == 0) {
		*step = "prepare its keys";
		err = keyring_seal(ring);
	}
	if (err == 0) {
		*step = "start its threads";
		err = server_start(server, ring, *control_fd);
	}
	if (err == 0) {
		lock_memory();
		*step = "set its system call filter";
		err = sandbox_enter(*control_fd);
	}
	return err;
}

void keeper_process_run(const struct keeper_config *config, pid_t front, int control_fd)
{
	struct keyring ring;
	struct server server;
	const char *step = "hide its memory";
	int err;

	reset_signals();
	prctl(PR_SET_NAME, "sfa-keeper", 0, 0, 0);
	memory_lock_prepare();
	keyring_init(&ring, server_worker_count());
	err = sandbox_hide();
	if (err == 0)
		err = die_with_front(front, SIGTERM);
	if (err == 0) {
		err = loader_load(config, &ring);
		step = NULL; /* what is wrong with the keys has been said, one by one */
	}
	if (err == 0)
		err = prepare_to_serve(&server, &ring, front, &control_fd, &step);
	if (err == 0 && control_send_status(control_fd, 0) == 0)
		server_run(&server);
	if (err != 0 && step != NULL)
		log_error("the keeper cannot %s: %s", step, strerror(-err));
	if (err != 0)
		control_send_status(control_fd, err);
	keyring_deinit(&ring);
	_exit(EXIT_FAILURE);
}
