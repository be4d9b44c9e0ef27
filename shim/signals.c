#include "shim/signals.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* SIGTSTP, SIGTTIN, SIGTTOU and SIGCONT are not among them: shim and command are one process group,
 * so the terminal and the shell's job control stop and continue both. */
static const int forwarded[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};

static bool is_from_terminal(const struct signalfd_siginfo *info)
{
	if (info->ssi_code != SI_KERNEL)
		return false;
	/* A hangup is told to the session's leader alone (credentials(7), tty_io.c of Linux). */
	return info->ssi_signo != SIGHUP || getsid(0) != getpid();
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct signals *signals = poll->data;
	struct signalfd_siginfo info;

	(void)status;
	(void)events;
	/* One at a time, since what the owner does may close us. */
	if (uv_is_closing((uv_handle_t *)poll) ||
	    read(signals->fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGCHLD)
		signals->on_child(signals->owner);
	else
		signals->on_received(signals->owner, (int)info.ssi_signo, is_from_terminal(&info));
}

int signals_init(struct signals *signals, uv_loop_t *loop, signals_received on_received,
		 signals_child on_child, void *owner)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	const struct sigaction by_default = {.sa_handler = SIG_DFL};
	sigset_t taken;
	int err;

	signals->on_received = on_received;
	signals->on_child = on_child;
	signals->owner = owner;
	sigemptyset(&taken);
	sigaddset(&taken, SIGCHLD);
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
		sigaddset(&taken, forwarded[i]);
	sigprocmask(SIG_BLOCK, &taken, &signals->found.mask);
	sigaction(SIGPIPE, &ignore, &signals->found.pipe_action);
	/* Ignored, as some parents leave it, children would end without a word and a status. */
	sigaction(SIGCHLD, &by_default, &signals->found.child_action);
	signals->fd = signalfd(-1, &taken, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signals->fd < 0)
		return -errno;
	err = uv_poll_init(loop, &signals->poll, signals->fd);
	if (err != 0) {
		close(signals->fd);
		return err;
	}
	signals->poll.data = signals;
	return uv_poll_start(&signals->poll, UV_READABLE, on_readable);
}

static void on_closed(uv_handle_t *handle)
{
	struct signals *signals = handle->data;

	close(signals->fd);
}

void signals_close(struct signals *signals)
{
	if (!uv_is_closing((uv_handle_t *)&signals->poll))
		uv_close((uv_handle_t *)&signals->poll, on_closed);
}

void signals_restore(const struct signals_found *found)
{
	sigaction(SIGPIPE, &found->pipe_action, NULL);
	sigaction(SIGCHLD, &found->child_action, NULL);
	sigprocmask(SIG_SETMASK, &found->mask, NULL);
}
