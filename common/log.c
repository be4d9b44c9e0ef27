#include "common/log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	LOG_LINE_MAX = 2048,
	LOG_PATIENCE_MS = 200,
	LOG_IMPATIENCE_S = 5, /* once that was in vain */
};

static const char *log_program = "?";
static enum log_level log_level = LOG_LEVEL_INFO;
static atomic_uint log_lost; /* lines since stderr last took one */
static atomic_llong log_impatient_until_s;

void log_init(const char *program, enum log_level level)
{
	log_program = program;
	log_level = level;
}

int log_parse_level(const char *text, enum log_level *level)
{
	static const char *const names[] = {"error", "warn", "info", "debug"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]) == 0) {
			*level = (enum log_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

bool log_is_on(enum log_level level)
{
	return level <= log_level;
}

/*
 * False when stderr takes nothing: a loop must not wait for whoever should read it, or a log that
 * nobody reads would stop all builds. A reader that is only slow gets a moment, now and then. (A
 * pipe that takes anything takes a line, which is less than a page.)
 */
static bool log_can_write(void)
{
	struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
	struct timespec now;
	int ready;

	clock_gettime(CLOCK_MONOTONIC, &now);
	do
		ready = poll(&out, 1, now.tv_sec < log_impatient_until_s ? 0 : LOG_PATIENCE_MS);
	while (ready < 0 && errno == EINTR);
	if (ready == 0 && now.tv_sec >= log_impatient_until_s)
		log_impatient_until_s = now.tv_sec + LOG_IMPATIENCE_S;
	return ready > 0;
}

/* One write a line, so that lines of several processes on one stderr do not mix. */
static void log_write(const char *line, size_t len)
{
	if (!log_can_write())
		log_lost++;
	else if (write(STDERR_FILENO, line, len) < 0)
		return; /* nobody is left to be told */
}

/* If stderr takes lines again. */
static void log_write_loss(void)
{
	char line[128];
	unsigned lost;

	if (log_lost == 0 || !log_can_write())
		return;
	lost = atomic_exchange(&log_lost, 0);
	snprintf(line, sizeof(line), "%s: warning: %u lines are missing here: nobody read\n",
		 log_program, lost);
	log_write(line, strlen(line));
}

static void log_line(enum log_level level, const char *format, va_list args)
{
	int errno_before = errno;
	char line[LOG_LINE_MAX];
	int len;
	int more;

	if (level > log_level)
		return;
	len = snprintf(line, sizeof(line), "%s: %s", log_program,
		       level == LOG_LEVEL_WARN ? "warning: " : "");
	if (len < 0 || (size_t)len >= sizeof(line))
		return;
	more = vsnprintf(line + len, sizeof(line) - (size_t)len, format, args);
	if (more < 0)
		return;
	len += more;
	if ((size_t)len > sizeof(line) - 2)
		len = (int)sizeof(line) - 2;
	line[len++] = '\n';
	log_write_loss();
	log_write(line, (size_t)len);
	errno = errno_before; /* what is reported is often returned next */
}

#define LOG_FUNCTION(name, level)              \
	void name(const char *format, ...)     \
	{                                      \
		va_list args;                  \
                                               \
		va_start(args, format);        \
		log_line(level, format, args); \
		va_end(args);                  \
	}

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)

const char *log_escape(struct byte_view bytes, char text[LOG_ESCAPED_MAX])
{
	static const char ellipsis[] = "...";
	size_t len = 0;

	for (size_t i = 0; i < bytes.len; i++) {
		uint8_t c = bytes.ptr[i];

		if (len + strlen("\\xNN") + sizeof(ellipsis) > LOG_ESCAPED_MAX) {
			memcpy(text + len, ellipsis, sizeof(ellipsis));
			return text;
		}
		if (c >= 0x20 && c < 0x7f && c != '\\' && c != '"')
			text[len++] = (char)c;
		else
			len += (size_t)snprintf(text + len, LOG_ESCAPED_MAX - len, "\\x%02x", c);
	}
	text[len] = '\0';
	return text;
}
