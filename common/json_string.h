/*
 * json_string.h - any bytes as the inside of a JSON string (RFC 8259 section 7), in ASCII.
 */
#ifndef COMMON_JSON_STRING_H
#define COMMON_JSON_STRING_H

#include "common/bytes.h"

/*
 * Writes what fits into text, size bytes with the NUL, and never half an escape; returns its
 * length. Characters outside printable ASCII become \uXXXX; bytes that are no UTF-8 become the four
 * characters \xNN, their backslash escaped. No quotes are put around it.
 */
size_t json_string_escape(struct byte_view bytes, char *text, size_t size);

#endif
