#include "common/log.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	LOG_TEXT_MAX = 2048,
	LOG_LINE_MAX = PIPE_BUF, /* a pipe that takes anything takes so much at once */
	LOG_PATIENCE_MS = 200,
	LOG_IMPATIENCE_S = 5, /* once that was in vain */
};

static const char *log_program = "?";
static enum log_level log_level = LOG_LEVEL_INFO;
static enum log_format log_format = LOG_FORMAT_TEXT;
static log_json_writer log_write_json;
static void (*log_prepare_json)(void);
static atomic_uint log_lost; /* lines since stderr last took one */
static atomic_llong log_impatient_until_s;

static _Thread_local bool log_is_gathering; /* true in one thread at most */
static char log_gathered[LOG_LINE_MAX];
static size_t log_gathered_len;
static unsigned log_gathered_count;

static void (*log_later_make)(const void *data); /* of the thread that gathers; NULL: nothing */
static alignas(max_align_t) char log_later_data[LOG_LATER_MAX];

void log_init(const char *program, enum log_level level)
{
	log_program = program;
	log_level = level;
}

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

static const char *const format_names[] = {
	[LOG_FORMAT_TEXT] = "text",
	[LOG_FORMAT_JSON] = "json",
};

/* The place of text among count names, or -EINVAL. */
static int find_name(const char *text, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(text, names[i]) == 0)
			return (int)i;
	}
	return -EINVAL;
}

int log_parse_level(const char *text, enum log_level *level)
{
	int found = find_name(text, level_names, sizeof(level_names) / sizeof(level_names[0]));

	if (found >= 0)
		*level = (enum log_level)found;
	return found < 0 ? found : 0;
}

const char *log_level_name(enum log_level level)
{
	return level_names[level];
}

int log_parse_format(const char *text, enum log_format *format)
{
	int found = find_name(text, format_names, sizeof(format_names) / sizeof(format_names[0]));

	if (found >= 0)
		*format = (enum log_format)found;
	return found < 0 ? found : 0;
}

void log_set_json_writer(log_json_writer writer, void (*prepare)(void))
{
	log_write_json = writer;
	log_prepare_json = prepare;
}

void log_set_format(enum log_format format)
{
	if (format == LOG_FORMAT_JSON && log_prepare_json != NULL)
		log_prepare_json();
	log_format = format;
}

enum log_format log_get_format(void)
{
	return log_format;
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

/* One write, so that lines of several processes on one stderr do not mix. */
static void log_write(const char *lines, size_t len, unsigned count)
{
	if (!log_can_write())
		log_lost += count;
	else if (write(STDERR_FILENO, lines, len) < 0)
		return; /* nobody is left to be told */
}

void log_catch_up(void)
{
	void (*make)(const void *data);

	if (!log_is_gathering || log_later_make == NULL)
		return;
	make = log_later_make;
	log_later_make = NULL;
	make(log_later_data);
}

void log_later(void (*make)(const void *data), const void *data, size_t len)
{
	assert(len <= sizeof(log_later_data));
	if (!log_is_gathering) {
		make(data);
		return;
	}
	log_catch_up();
	memcpy(log_later_data, data, len);
	log_later_make = make;
}

bool log_has_gathered(void)
{
	return log_is_gathering && (log_gathered_len > 0 || log_later_make != NULL);
}

void log_flush(void)
{
	int errno_before = errno;

	log_catch_up();
	if (!log_has_gathered())
		return;
	log_write(log_gathered, log_gathered_len, log_gathered_count);
	log_gathered_len = 0;
	log_gathered_count = 0;
	errno = errno_before;
}

void log_gather(bool gathers)
{
	log_flush();
	log_is_gathering = gathers;
}

static void log_gather_line(const char *line, size_t len)
{
	if (len > sizeof(log_gathered) - log_gathered_len)
		log_flush();
	memcpy(log_gathered + log_gathered_len, line, len);
	log_gathered_len += len;
	log_gathered_count++;
}

static size_t log_write_text(enum log_level level, const char *format, va_list args,
			     char line[LOG_LINE_MAX])
{
	int len = snprintf(line, LOG_TEXT_MAX, "%s: %s", log_program,
			   level == LOG_LEVEL_WARN ? "warning: " : "");
	int more;

	if (len < 0 || len >= LOG_TEXT_MAX)
		return 0;
	more = vsnprintf(line + len, LOG_TEXT_MAX - (size_t)len, format, args);
	if (more < 0)
		return 0;
	len += more;
	if (len > LOG_TEXT_MAX - 2)
		len = LOG_TEXT_MAX - 2;
	/* What strangers say is escaped; a path of the user's may hold them, too. A terminal obeys them, and a reader of lines. */
	for (int i = 0; i < len; i++) {
		if ((uint8_t)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	}
	line[len++] = '\n';
	return (size_t)len;
}

static void log_put(enum log_level level, const char *format, va_list args)
{
	char line[LOG_LINE_MAX];
	size_t len = log_format == LOG_FORMAT_JSON && log_write_json != NULL
			     ? log_write_json(level, format, args, line, sizeof(line))
			     : log_write_text(level, format, args, line);

	if (len == 0)
		log_lost++;
	else if (log_is_gathering)
		log_gather_line(line, len);
	else
		log_write(line, len, 1);
}

__attribute__((format(printf, 2, 3))) static void log_say(enum log_level level, const char *format,
							  ...)
{
	va_list args;

	va_start(args, format);
	log_put(level, format, args);
	va_end(args);
}

/* If stderr takes lines again. */
static void log_write_loss(void)
{
	if (log_lost == 0 || !log_can_write())
		return;
	log_say(LOG_LEVEL_WARN, "%u lines are missing here: nobody read",
		atomic_exchange(&log_lost, 0));
}

static void log_line(enum log_level level, const char *format, va_list args)
{
	int errno_before = errno;

	if (level > log_level)
		return;
	log_catch_up();
	log_write_loss();
	log_put(level, format, args);
	if (level <= LOG_LEVEL_WARN)
		log_flush();
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
