#include "agentd/json_text.h"

#include <stdio.h>

#include "common/utf8.h"

/* What jansson's own strings could not hold anyway. */
enum { TEXT_MAX = 1024 * 1024, DEL = 0x7f };

json_t *json_of_bytes(struct byte_view bytes)
{
	struct byte_buf text;
	json_t *json = NULL;

	byte_buf_init(&text, TEXT_MAX);
	while (bytes.len > 0) {
		const uint8_t *start = bytes.ptr;
		uint32_t code_point;

		/* jansson escapes every control character but this. */
		if (utf8_next(&bytes, &code_point) && code_point != DEL)
			byte_buf_put_bytes(&text, start, (size_t)(bytes.ptr - start));
		else
			byte_buf_printf(&text, "\\x%02x", (unsigned)code_point);
	}
	if (byte_buf_status(&text) == 0)
		json = json_stringn(text.len > 0 ? (const char *)text.data : "", text.len);
	byte_buf_deinit(&text);
	return json;
}

json_t *json_of_text(const char *text)
{
	return text != NULL ? json_of_bytes(view_of(text)) : json_null();
}

void time_format(struct timespec when, char text[TIME_TEXT_MAX])
{
	struct tm utc;
	size_t len;

	gmtime_r(&when.tv_sec, &utc);
	len = strftime(text, TIME_TEXT_MAX, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text + len, TIME_TEXT_MAX - len, ".%03dZ",
		 (int)((unsigned long)when.tv_nsec / 1000000 % 1000));
}

json_t *json_of_time(struct timespec when)
{
	char text[TIME_TEXT_MAX];

	time_format(when, text);
	return json_string(text);
}

json_t *json_of_duration(uint64_t duration_ns)
{
	const uint64_t us = duration_ns / 1000;

	return json_real((double)us / 1000);
}
