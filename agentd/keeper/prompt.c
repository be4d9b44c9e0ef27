#include "agentd/keeper/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define ASKPASS_DEFAULT "/usr/bin/ssh-askpass"
#define TERMINAL "/dev/tty"

/* Signals that would leave the terminal without echo. */
static const int prompt_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

enum { SIGNAL_COUNT = sizeof(prompt_signals) / sizeof(prompt_signals[0]) };

static volatile sig_atomic_t prompt_signal;

static void on_signal_caught(int signal_number)
{
	prompt_signal = signal_number;
}

struct saved_signals {
	sigset_t mask;
	struct sigaction actions[SIGNAL_COUNT];
};

/* Blocks them everywhere but in ppoll: none can slip in between a look at the flag and a wait. */
static void signals_take(struct saved_signals *saved)
{
	struct sigaction catch = {.sa_handler = on_signal_caught};
	sigset_t taken;

	sigemptyset(&taken);
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		sigaddset(&taken, prompt_signals[i]);
	sigprocmask(SIG_BLOCK, &taken, &saved->mask);
	prompt_signal = 0;
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		sigaction(prompt_signals[i], &catch, &saved->actions[i]);
}

static void signals_give_back(const struct saved_signals *saved)
{
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		sigaction(prompt_signals[i], &saved->actions[i], NULL);
	sigprocmask(SIG_SETMASK, &saved->mask, NULL);
}

/* Appends up to the end of the line, or of the input. */
static int read_line(int fd, const sigset_t *mask, struct byte_buf *out)
{
	struct pollfd readable = {.fd = fd, .events = POLLIN};
	char c;
	int err = 0;

	for (;;) {
		if (ppoll(&readable, 1, NULL, mask) < 0)
			return -errno;
		if (read(fd, &c, 1) != 1)
			return -ECANCELED;
		if (c == '\n' || c == '\r')
			break;
		byte_buf_put_bytes(out, &c, 1);
		err = byte_buf_status(out);
		if (err != 0)
			break;
	}
	explicit_bzero(&c, 1);
	return err;
}

static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		return; /* then the terminal is gone, which the read will tell */
}

static int ask_once(int tty, const char *question, struct byte_buf *out)
{
	struct saved_signals saved;
	struct termios before;
	struct termios quiet;
	int err;

	if (tcgetattr(tty, &before) != 0)
		return -ENOTTY;
	signals_take(&saved);
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	tcsetattr(tty, TCSAFLUSH, &quiet);
	say(tty, question);
	err = read_line(tty, &saved.mask, out);
	tcsetattr(tty, TCSAFLUSH, &before);
	say(tty, "\n");
	signals_give_back(&saved);
	return err;
}

static int ask_on_terminal(const char *question, struct byte_buf *out)
{
	int tty = open(TERMINAL, O_RDWR | O_CLOEXEC | O_NOCTTY);
	int err;

	if (tty < 0)
		return -ENOTTY;
	for (;;) {
		err = ask_once(tty, question, out);
		if (err != -EINTR)
			break;
		/* Now it may have its usual effect; after a stop and a go we ask again. */
		raise(prompt_signal);
		byte_buf_clear(out);
	}
	close(tty);
	return err;
}

/* Everything that the program prints, up to the end of its first line. */
static int read_answer(int fd, struct byte_buf *out)
{
	int err = read_line(fd, NULL, out);
	char rest[64];

	while (read(fd, rest, sizeof(rest)) > 0)
		;
	explicit_bzero(rest, sizeof(rest));
	return err;
}

/* Runs program with its standard output going to out_fd. */
static int run_program(const char *program, const char *question, int out_fd, pid_t *pid)
{
	/* posix_spawn takes no const, and changes nothing. */
	char *const argv[] = {(char *)(uintptr_t)program, (char *)(uintptr_t)question, NULL};
	posix_spawn_file_actions_t actions;
	int err;

	err = posix_spawn_file_actions_init(&actions);
	if (err != 0)
		return -err;
	err = posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
	if (err == 0)
		err = posix_spawnp(pid, program, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

static int ask_by_program(const char *question, struct byte_buf *out)
{
	const char *program = getenv("SSH_ASKPASS");
	int status = 0;
	int ends[2];
	pid_t pid = -1;
	int err;

	if (program == NULL || program[0] == '\0')
		program = ASKPASS_DEFAULT;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	err = run_program(program, question, ends[1], &pid);
	close(ends[1]);
	if (err == 0) {
		err = read_answer(ends[0], out);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (status != 0)
			err = -ECANCELED;
	} else if (err == -ENOENT) {
		err = -ENOTTY;
	}
	close(ends[0]);
	return err;
}

static bool has_value(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && value[0] != '\0';
}

int prompt_passphrase(const char *question, struct byte_buf *out)
{
	const char *require = getenv("SSH_ASKPASS_REQUIRE");
	bool may_ask_program = has_value("DISPLAY") || has_value("WAYLAND_DISPLAY");
	bool is_program_first = false;
	int err = -ENOTTY;

	if (require != NULL && strcasecmp(require, "force") == 0)
		is_program_first = may_ask_program = true;
	else if (require != NULL && strcasecmp(require, "prefer") == 0)
		is_program_first = may_ask_program;
	else if (require != NULL && strcasecmp(require, "never") == 0)
		may_ask_program = false;
	if (!is_program_first)
		err = ask_on_terminal(question, out);
	if (err == -ENOTTY && may_ask_program)
		err = ask_by_program(question, out);
	return err;
}
