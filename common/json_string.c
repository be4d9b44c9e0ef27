#include "common/json_string.h"

#include <stdio.h>
#include <string.h>

#include "common/utf8.h"

enum { ESCAPE_MAX = sizeof("\\uD83D\\uDE00") };

/* The escape of one character; returns its length. */
static size_t escape(uint32_t code_point, bool is_text, char out[ESCAPE_MAX])
{
	int len;

	if (!is_text) {
		len = snprintf(out, ESCAPE_MAX, "\\\\x%02x", (unsigned)code_point);
	} else if (code_point == '"' || code_point == '\\') {
		len = snprintf(out, ESCAPE_MAX, "\\%c", (char)code_point);
	} else if (code_point == '\n') {
		len = snprintf(out, ESCAPE_MAX, "\\n");
	} else if (code_point >= 0x20 && code_point < 0x7f) {
		len = snprintf(out, ESCAPE_MAX, "%c", (char)code_point);
	} else if (code_point < 0x10000) {
		len = snprintf(out, ESCAPE_MAX, "\\u%04x", (unsigned)code_point);
	} else {
		code_point -= 0x10000;
		len = snprintf(out, ESCAPE_MAX, "\\u%04x\\u%04x", 0xd800 + (code_point >> 10),
			       0xdc00 + (code_point & 0x3ff));
	}
	return (size_t)len;
}

size_t json_string_escape(struct byte_view bytes, char *text, size_t size)
{
	char one[ESCAPE_MAX];
	size_t len = 0;

	while (bytes.len > 0) {
		uint32_t code_point;
		bool is_text = utf8_next(&bytes, &code_point);
		size_t one_len = escape(code_point, is_text, one);

		if (len + one_len >= size)
			break;
		memcpy(text + len, one, one_len);
		len += one_len;
	}
	text[len] = '\0';
	return len;
}
