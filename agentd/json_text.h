/*
 * json_text.h - bytes of any kind as JSON strings, for jansson, which takes UTF-8 only.
 */
#ifndef AGENTD_JSON_TEXT_H
#define AGENTD_JSON_TEXT_H

#include <jansson.h>
#include <time.h>

#include "common/bytes.h"

enum { TIME_TEXT_MAX = sizeof("2026-11-24T22:55:36.123Z") };

/* A new reference; bytes that are no UTF-8, and DEL, become the four characters \xNN. NULL when out of
 * memory. */
json_t *json_of_bytes(struct byte_view bytes);

/* The same of a C string; NULL becomes null. */
json_t *json_of_text(const char *text);

/* RFC 3339, in UTC, with milliseconds. */
void time_format(struct timespec when, char text[TIME_TEXT_MAX]);
json_t *json_of_time(struct timespec when);

/* In milliseconds, to the microsecond. */
json_t *json_of_duration(uint64_t duration_ns);

/* How a document is written: in one line, in ASCII, whatever is in it; 0.1 and not 0.10000000000000001. */
#define JSON_LINE_FLAGS (JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(12))

#endif
