/*
 * log.h - one line an event on stderr: "PROGRAM: message key=value ...", or a JSON object where a
 * program brings what writes one.
 *
 * What comes from strangers goes through log_escape; control characters that are left become '?'.
 * Secrets have types of their own (struct token) that no format takes. Never waits for long: lines
 * that stderr does not take are counted, and the count is said when it takes one again. errno stays
 * as it was.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdarg.h>

#include "common/bytes.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* program must stay valid; it begins every line. */
void log_init(const char *program, enum log_level level);

/* "error", "warn", "info" or "debug". 0 or -EINVAL. */
int log_parse_level(const char *text, enum log_level *level);
const char *log_level_name(enum log_level level);

/* "text" or "json". 0 or -EINVAL. */
int log_parse_format(const char *text, enum log_format *format);

/*
 * Puts an event into line as one line, its newline included, of at most size bytes; returns its
 * length, or 0: there is no memory. format and args as of vprintf. Any thread may call it.
 */
typedef size_t (*log_json_writer)(enum log_level level, const char *format, va_list args,
				  char *line, size_t size);

/*
 * Before there are threads. Where no writer is set, JSON is text. prepare is called when JSON is chosen: what a
 * writer needs of the system, it gets then.
 */
void log_set_json_writer(log_json_writer writer, void (*prepare)(void));
void log_set_format(enum log_format format);
enum log_format log_get_format(void);

/* For what is costly to put together. */
bool log_is_on(enum log_level level);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * From now on lines of this thread, of no other, are kept until log_flush, until a warning or an error follows them, or
 * until one more would not fit into the same write. With false they are written, and nothing is kept any more. Flush
 * before a fork, or both processes write them.
 */
void log_gather(bool gathers);

/*
 * make is called with a copy of data, of len bytes (LOG_LATER_MAX at most), and writes a line of it by the functions above:
 * before the next line of this thread, at log_catch_up, or at log_flush; at once where lines are not gathered. For
 * what is costly to put together while somebody waits for something else.
 */
enum { LOG_LATER_MAX = 1024 };
void log_later(void (*make)(const void *data), const void *data, size_t len);

/* Now there is time for it. */
void log_catch_up(void);

/* True if this thread has lines to flush. */
bool log_has_gathered(void);

/* Writes what is kept; nothing in any other thread. */
void log_flush(void);

enum { LOG_ESCAPED_MAX = 256 };

/*
 * A stranger's bytes made fit for a line: printable ASCII but quote and backslash as it is, the
 * rest as \xNN, cut with "..." where it would not fit. Returns text.
 */
const char *log_escape(struct byte_view bytes, char text[LOG_ESCAPED_MAX]);

#endif
