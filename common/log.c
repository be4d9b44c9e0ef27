#include "common/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *log_program = "?";
static enum log_level log_level = LOG_LEVEL_INFO;

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

/* One write a line, so that lines of several processes on one stderr do not mix. */
static void log_line(enum log_level level, const char *format, va_list args)
{
	char line[2048];
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
	if (write(STDERR_FILENO, line, (size_t)len) < 0)
		return; /* nobody is left to be told */
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
