#include "agentd/status_screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* Those of every terminal that calls itself xterm, screen, tmux, linux, ...: xterm's ctlseqs. */
#define ENTER "\033[?1049h\033[?25l" /* the alternate screen; no cursor */
#define LEAVE "\033[?25h\033[?1049l"
#define HOME "\033[H"
#define CLEAR_LINE "\033[K"
#define CLEAR_REST "\033[J"

enum { FRAME_MAX = 1024 * 1024, COLUMNS_DEFAULT = 80, ROWS_DEFAULT = 24 };

static void on_ending(int signum);
static void on_stopping(int signum);

/* After these somebody else has the terminal. */
static const struct {
	int signum;
	void (*handler)(int);
} leaving[] = {
	{SIGINT, on_ending},  {SIGTERM, on_ending},   {SIGHUP, on_ending},
	{SIGQUIT, on_ending}, {SIGTSTP, on_stopping},
};

enum { LEAVING_COUNT = sizeof(leaving) / sizeof(leaving[0]) };

/* There is one terminal, and signal handlers must find it. */
static struct {
	struct termios before;
	struct termios ours;
	bool has_input; /* standard input is the terminal, too */
	sigset_t while_waiting;
	volatile sig_atomic_t is_due; /* it is to be drawn again */
} screen;

/* To be called by handlers, too. 0 or a negative errno. */
static int write_all(const void *bytes, size_t len)
{
	const uint8_t *rest = bytes;

	while (len > 0) {
		ssize_t written = write(STDOUT_FILENO, rest, len);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			rest += written;
			len -= (size_t)written;
		}
	}
	return 0;
}

static void screen_take(void)
{
	if (screen.has_input)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &screen.ours);
	(void)write_all(ENTER, strlen(ENTER));
	screen.is_due = 1;
}

static void screen_give_back(void)
{
	(void)write_all(LEAVE, strlen(LEAVE)); /* else it is nobody's terminal any more */
	if (screen.has_input)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &screen.before);
}

/* As it was, and then as if it had not been caught: whoever started us learns what ended us. */
static void on_ending(int signum)
{
	screen_give_back();
	signal(signum, SIG_DFL);
	raise(signum);
}

static void catch_signal(int signum, void (*handler)(int))
{
	/* on_ending and on_stopping raise their own again; other calls are not to be disturbed. */
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_NODEFER | SA_RESTART};

	sigemptyset(&action.sa_mask);
	sigaction(signum, &action, NULL);
}

static void on_stopping(int signum)
{
	int saved = errno;

	screen_give_back();
	signal(signum, SIG_DFL);
	raise(signum);
	/* Continued, here. */
	catch_signal(signum, on_stopping);
	screen_take();
	errno = saved;
}

/* After SIGSTOP, which nobody can catch, somebody else has had the terminal, too. */
static void on_continued(int signum)
{
	int saved = errno;

	(void)signum;
	screen_take();
	errno = saved;
}

static void on_resized(int signum)
{
	(void)signum;
	screen.is_due = 1;
}

bool status_screen_is_there(void)
{
	const char *name = getenv("TERM");

	return isatty(STDOUT_FILENO) == 1 && name != NULL && name[0] != '\0' &&
	       strcmp(name, "dumb") != 0;
}

void status_screen_open(void)
{
	sigset_t blocked;

	screen.has_input =
		isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &screen.before) == 0;
	screen.ours = screen.before;
	/* Ctrl-C and Ctrl-Z are signals still. */
	screen.ours.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	screen.ours.c_cc[VMIN] = 1;
	screen.ours.c_cc[VTIME] = 0;
	/* These two are noticed while we wait, and never just before. */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGWINCH);
	sigaddset(&blocked, SIGCONT);
	sigprocmask(SIG_BLOCK, &blocked, &screen.while_waiting);
	sigdelset(&screen.while_waiting, SIGWINCH);
	sigdelset(&screen.while_waiting, SIGCONT);
	for (size_t i = 0; i < LEAVING_COUNT; i++) {
		struct sigaction now;

		/* nohup, and shells without job control, have some ignored. */
		if (sigaction(leaving[i].signum, NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			catch_signal(leaving[i].signum, leaving[i].handler);
	}
	catch_signal(SIGCONT, on_continued);
	catch_signal(SIGWINCH, on_resized);
	screen_take();
}

void status_screen_close(void)
{
	screen_give_back();
	for (size_t i = 0; i < LEAVING_COUNT; i++)
		signal(leaving[i].signum, SIG_DFL);
	signal(SIGCONT, SIG_DFL);
	signal(SIGWINCH, SIG_DFL);
}

static struct winsize screen_size(void)
{
	struct winsize size = {0};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
		size = (struct winsize){.ws_col = COLUMNS_DEFAULT, .ws_row = ROWS_DEFAULT};
	return size;
}

static size_t count_lines(struct byte_view text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] == '\n';
	return count;
}

/* Takes the first line off text. */
static struct byte_view next_line(struct byte_view *text)
{
	const uint8_t *newline = memchr(text->ptr, '\n', text->len);
	struct byte_view line = *text;

	if (newline == NULL) {
		text->len = 0;
		return line;
	}
	line.len = (size_t)(newline - line.ptr);
	text->ptr = newline + 1;
	text->len -= line.len + 1;
	return line;
}

/* No newline behind the last line: it would scroll. */
static void put_line(struct byte_buf *frame, const void *line, size_t len, size_t row,
		     size_t columns)
{
	if (row > 0)
		byte_buf_printf(frame, "\r\n");
	byte_buf_put_bytes(frame, line, len < columns ? len : columns);
	byte_buf_printf(frame, CLEAR_LINE);
}

static void put_frame(struct byte_buf *frame, struct byte_view text)
{
	const struct winsize size = screen_size();
	const size_t lines = count_lines(text);
	const size_t shown = lines <= size.ws_row ? lines : (size_t)size.ws_row - 1;
	char more[64];

	byte_buf_printf(frame, HOME);
	for (size_t row = 0; row < shown; row++) {
		struct byte_view line = next_line(&text);

		put_line(frame, line.ptr, line.len, row, size.ws_col);
	}
	if (shown < lines) {
		int len = snprintf(more, sizeof(more), "... %zu more lines", lines - shown);

		put_line(frame, more, (size_t)len, shown, size.ws_col);
	}
	byte_buf_printf(frame, CLEAR_REST);
}

int status_screen_draw(struct byte_view text)
{
	struct byte_buf frame;
	int err;

	screen.is_due = 0;
	byte_buf_init(&frame, FRAME_MAX);
	put_frame(&frame, text);
	err = byte_buf_status(&frame);
	if (err == 0)
		err = write_all(frame.data, frame.len);
	byte_buf_deinit(&frame);
	return err;
}

/* True if it was q; a terminal that is gone is nobody's to look at, either. */
static bool is_told_to_end(void)
{
	char key = 0;
	ssize_t len = read(STDIN_FILENO, &key, 1);

	return (len < 0 && errno != EINTR) || len == 0 || key == 'q' || key == 'Q';
}

/* What is left until then, by a clock that nobody sets; zero when that is over. */
static struct timespec time_until(const struct timespec *then)
{
	struct timespec now;
	struct timespec left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left.tv_sec = then->tv_sec - now.tv_sec;
	left.tv_nsec = then->tv_nsec - now.tv_nsec;
	if (left.tv_nsec < 0) {
		left.tv_sec--;
		left.tv_nsec += 1000000000;
	}
	return left.tv_sec >= 0 ? left : (struct timespec){0};
}

bool status_screen_wait(unsigned seconds)
{
	struct pollfd input = {.fd = screen.has_input ? STDIN_FILENO : -1, .events = POLLIN};
	struct timespec then;

	clock_gettime(CLOCK_MONOTONIC, &then);
	then.tv_sec += seconds;
	while (screen.is_due == 0) {
		struct timespec left = time_until(&then);
		int count = ppoll(&input, 1, &left, &screen.while_waiting);

		if (count > 0 && is_told_to_end())
			return true;
		if (count == 0 || (count < 0 && errno != EINTR))
			return false;
	}
	return false;
}
