/*
 * log_json.h - the log for machines: each line a JSON object. docs/protocol.md has the format.
 *
 * What the text form shows as key=value becomes a member of its own. Which keys there are is taken
 * from the format string, which is ours, never from the text it makes, which may be a stranger's.
 */
#ifndef AGENTD_LOG_JSON_H
#define AGENTD_LOG_JSON_H

#include <stdarg.h>

#include "common/log.h"

/* Has the log write JSON where log_set_format asks for it: before a keeper is made, which can open no file. */
void log_json_init(void);

/* As log_json_writer. size: at least LOG_JSON_LINE_MIN, for a line to fit whatever is in it. */
size_t log_json_write(enum log_level level, const char *format, va_list args, char *line,
		      size_t size);

enum { LOG_JSON_LINE_MIN = 4096 };

#endif
