/*
 * log.h - one line an event on stderr: "PROGRAM: message key=value ...".
 *
 * What comes from strangers goes through log_escape. Secrets have types of their own (struct
 * token) that no format takes. Never waits for long: lines that stderr does not take are counted,
 * and the count is said when it takes one again. errno stays as it was.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include "common/bytes.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* program must stay valid; it begins every line. */
void log_init(const char *program, enum log_level level);

/* "error", "warn", "info" or "debug". 0 or -EINVAL. */
int log_parse_level(const char *text, enum log_level *level);

/* For what is costly to put together. */
bool log_is_on(enum log_level level);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

enum { LOG_ESCAPED_MAX = 256 };

/*
 * A stranger's bytes made fit for a line: printable ASCII but quote and backslash as it is, the
 * rest as \xNN, cut with "..." where it would not fit. Returns text.
 */
const char *log_escape(struct byte_view bytes, char text[LOG_ESCAPED_MAX]);

#endif
