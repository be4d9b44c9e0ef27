#include "agentd/log_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agentd/json_text.h"

enum {
	TEXT_MAX = 2048,    /* as much as of a line of text */
	TEXT_FITTING = 512, /* of that, what fits though every byte becomes six */
	FIELDS_MAX = 16,
};

/* key=%d, key="%s" in a format; offsets there, from the key to behind the value. */
struct field {
	size_t begin;
	size_t key_len;
	size_t value;	  /* the '%' */
	size_t value_end; /* behind its conversion */
	size_t end;	  /* behind the quote there may be */
};

static const char lower[] = "abcdefghijklmnopqrstuvwxyz_";

/* Behind the conversion that begins at a '%'. */
static size_t conversion_end(const char *format, size_t at)
{
	at++;
	at += strspn(format + at, "-+ #0123456789.*");
	at += strspn(format + at, "hlqjztL");
	return format[at] != '\0' ? at + 1 : at;
}

static bool field_at(const char *format, size_t at, struct field *field)
{
	size_t key_len = strspn(format + at, lower);
	size_t value = at + key_len + 1;
	bool is_quoted;

	if (key_len == 0 || format[at + key_len] != '=')
		return false;
	is_quoted = format[value] == '"';
	value += is_quoted;
	if (format[value] != '%' || format[value + 1] == '%')
		return false;
	field->begin = at;
	field->key_len = key_len;
	field->value = value;
	field->value_end = conversion_end(format, value);
	field->end = field->value_end + (is_quoted && format[field->value_end] == '"');
	return true;
}

/* A key begins a word. */
static size_t find_fields(const char *format, struct field fields[FIELDS_MAX])
{
	size_t count = 0;
	size_t at = 0;

	while (format[at] != '\0' && count < FIELDS_MAX) {
		if ((at == 0 || format[at - 1] == ' ') && field_at(format, at, &fields[count]))
			at = fields[count++].end;
		else
			at++;
	}
	return count;
}

/*
 * How far the first len bytes of the format reach in the text: what they convert are the first of the
 * arguments. (A va_list for each, since none can be read twice.)
 */
static size_t text_offset(const char *format, size_t len, va_list args)
{
	char *head = strndup(format, len);
	va_list copy;
	int reach;

	if (head == NULL)
		return 0;
	va_copy(copy, args);
	reach = vsnprintf(NULL, 0, head, copy);
	va_end(copy);
	free(head);
	return reach > 0 ? (size_t)reach : 0;
}

/* One event on its way into a line. */
struct event {
	const char *format;
	char text[TEXT_MAX];
	size_t len;
	bool is_cut;
	json_t *object;
	struct byte_buf message; /* the text without its fields */
};

static struct byte_view text_between(const struct event *event, size_t begin, size_t end)
{
	if (end > event->len)
		end = event->len;
	if (begin > end)
		begin = end;
	return (struct byte_view){(const uint8_t *)event->text + begin, end - begin};
}

/* Half a number would be a wrong one. */
static json_t *value_new(const struct event *event, const struct field *field, size_t begin,
			 size_t end)
{
	struct byte_view value = text_between(event, begin, end);
	char kind = event->format[field->value_end - 1];
	char number[64];

	if ((kind != 'd' && kind != 'u' && kind != 'f') || value.len >= sizeof(number))
		return json_of_bytes(value);
	if (end > event->len)
		return json_null();
	memcpy(number, value.ptr, value.len);
	number[value.len] = '\0';
	return kind == 'f' ? json_real(strtod(number, NULL))
			   : json_integer((json_int_t)strtoll(number, NULL, 10));
}

/* What stands between the fields; ": " joins nothing where nothing is before it. */
static void put_message(struct event *event, size_t begin, size_t end)
{
	struct byte_view piece = text_between(event, begin, end);

	while (event->message.len == 0 && piece.len > 0 &&
	       (*piece.ptr == ' ' || *piece.ptr == ':')) {
		piece.ptr++;
		piece.len--;
	}
	byte_buf_put_bytes(&event->message, piece.ptr, piece.len);
}

static void put_fields(struct event *event, va_list args)
{
	struct field fields[FIELDS_MAX];
	size_t count = find_fields(event->format, fields);
	size_t rest = 0; /* in the text: what is not in the message yet */

	/* Members in the order that people read. */
	json_object_set_new(event->object, "message", json_null());
	for (size_t i = 0; i < count; i++) {
		const struct field *field = &fields[i];
		size_t begin = text_offset(event->format, field->begin, args);
		size_t value = text_offset(event->format, field->value, args);
		size_t value_end = text_offset(event->format, field->value_end, args);
		char *key = strndup(event->format + field->begin, field->key_len);

		if (key != NULL)
			json_object_set_new(event->object, key,
					    value_new(event, field, value, value_end));
		free(key);
		put_message(event, rest, begin > rest ? begin - 1 : begin);
		rest = value_end + (field->end - field->value_end);
	}
	put_message(event, rest, event->len);
	json_object_set_new(event->object, "message",
			    json_of_bytes(byte_buf_view(&event->message)));
}

/* As log_json_write, with so much text at most; what does not fit has a length over size. */
static size_t try_write(enum log_level level, const char *format, va_list args, size_t text_max,
			char *line, size_t size)
{
	struct event event = {.format = format, .object = json_object()};
	struct timespec now;
	va_list copy;
	size_t len;
	int full;

	va_copy(copy, args);
	full = vsnprintf(event.text, text_max, format, copy);
	va_end(copy);
	event.len = full > 0 ? (size_t)full : 0;
	event.is_cut = event.len >= text_max;
	if (event.is_cut)
		event.len = text_max - 1;
	byte_buf_init(&event.message, TEXT_MAX);
	clock_gettime(CLOCK_REALTIME, &now);
	json_object_set_new(event.object, "time", json_of_time(now));
	json_object_set_new(event.object, "level", json_string(log_level_name(level)));
	put_fields(&event, args);
	if (event.is_cut)
		json_object_set_new(event.object, "cut", json_true());
	len = json_dumpb(event.object, line, size - 1, JSON_LINE_FLAGS);
	json_decref(event.object);
	byte_buf_deinit(&event.message);
	if (len > 0 && len < size)
		line[len] = '\n';
	return len > 0 ? len + 1 : 0;
}

size_t log_json_write(enum log_level level, const char *format, va_list args, char *line,
		      size_t size)
{
	size_t len = try_write(level, format, args, TEXT_MAX, line, size);

	return len <= size ? len : try_write(level, format, args, TEXT_FITTING, line, size);
}

/* Both read a file when first used: /dev/urandom, /etc/localtime. A keeper cannot open them any more. */
static void log_json_prepare(void)
{
	const time_t now = time(NULL);
	struct tm utc;

	json_object_seed(0);
	gmtime_r(&now, &utc);
}

void log_json_init(void)
{
	log_set_json_writer(log_json_write, log_json_prepare);
}
