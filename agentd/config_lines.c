#include "agentd/config_lines.h"

#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"

enum {
	LINE_LEN_MAX = 64 * 1024, /* ours; inih, as it is built, takes less */
	INI_LINE_SPARE = 3,	  /* ini.h: its longest line is this much less than its buffer */
};

struct line_reader {
	const struct config_events *events;
	void *owner;
	unsigned number;
	const char *line;
	size_t len;
	bool is_taken;	    /* by inih */
	size_t too_long_by; /* more than this many bytes; 0: it fits */
	size_t len_max;
};

static void complain(const struct line_reader *reader, const char *message)
{
	reader->events->on_mistake(reader->owner, reader->number, message);
}

/* inih's fgets: gives the one line, if there is room for all of it. */
static char *give_line(char *buffer, int size, void *stream)
{
	struct line_reader *reader = stream;

	if (reader->is_taken)
		return NULL;
	reader->is_taken = true;
	reader->len_max = size > INI_LINE_SPARE ? (size_t)(size - INI_LINE_SPARE) : 0;
	if (reader->len > reader->len_max) {
		reader->too_long_by = reader->len - reader->len_max;
		return NULL;
	}
	memcpy(buffer, reader->line, reader->len);
	buffer[reader->len] = '\0';
	return buffer;
}

static int on_pair(void *user, const char *section, const char *name, const char *value)
{
	struct line_reader *reader = user;

	(void)section;
	if (name[0] == '\0')
		complain(reader, "a name is missing before \"=\"");
	else
		reader->events->on_key(reader->owner, reader->number, name, value);
	return 1;
}

static void read_pair(struct line_reader *reader)
{
	char message[128];
	int err;

	reader->is_taken = false;
	reader->too_long_by = 0;
	err = ini_parse_stream(give_line, reader, on_pair, reader);
	if (reader->too_long_by > 0) {
		snprintf(message, sizeof(message),
			 "the line has %zu bytes, and %zu is the most; a list may be given in "
			 "several lines",
			 reader->len, reader->len_max);
		complain(reader, message);
	} else if (err != 0) {
		complain(reader, "neither [SECTION] nor NAME = VALUE");
	}
}

static size_t spaces_at(const char *text, size_t len)
{
	size_t count = 0;

	while (count < len && (text[count] == ' ' || text[count] == '\t'))
		count++;
	return count;
}

/* The line begins with a bracket. */
static void read_section(struct line_reader *reader)
{
	char name[256];
	const char *text = reader->line + 1;
	const char *end = memchr(text, ']', reader->len - 1);
	size_t rest_len;
	size_t len;

	if (end == NULL) {
		complain(reader, "\"]\" is missing");
		return;
	}
	len = (size_t)(end - text);
	rest_len = reader->len - 2 - len;
	end++;
	rest_len -= spaces_at(end, rest_len);
	end = reader->line + reader->len - rest_len;
	if (rest_len > 0 && *end != ';' && *end != '#') {
		complain(reader, "there is more behind \"]\"; a key goes on a line of its own");
		return;
	}
	while (len > 0 && spaces_at(text, len) > 0) {
		text++;
		len--;
	}
	while (len > 0 && spaces_at(text + len - 1, 1) > 0)
		len--;
	if (len >= sizeof(name)) {
		complain(reader, "no section has a name that long");
		return;
	}
	memcpy(name, text, len);
	name[len] = '\0';
	reader->events->on_section(reader->owner, reader->number, name);
}

/* NULL, or what no line of text has in it. */
static const char *find_fault(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return c == '\0' ? "there is a NUL byte in the line"
					 : "there is a control character in the line";
	}
	return len > LINE_LEN_MAX ? "the line is far too long" : NULL;
}

static void read_line(struct line_reader *reader, const char *line, size_t len)
{
	const char *fault;
	size_t indent;

	if (len > 0 && line[len - 1] == '\r')
		len--;
	indent = spaces_at(line, len);
	reader->line = line + indent;
	reader->len = len - indent;
	while (reader->len > 0 && spaces_at(reader->line + reader->len - 1, 1) > 0)
		reader->len--;
	if (reader->len == 0 || reader->line[0] == '#' || reader->line[0] == ';')
		return;
	fault = find_fault(reader->line, reader->len);
	if (fault != NULL)
		complain(reader, fault);
	else if (reader->line[0] == '[')
		read_section(reader);
	else
		read_pair(reader);
}

void config_lines_parse(struct byte_view text, const struct config_events *events, void *owner)
{
	static const char mark[] = "\xef\xbb\xbf"; /* some editors begin UTF-8 with it */
	struct line_reader reader = {.events = events, .owner = owner};
	const char *rest = (const char *)text.ptr;
	size_t left = text.len;

	if (left >= strlen(mark) && memcmp(rest, mark, strlen(mark)) == 0) {
		rest += strlen(mark);
		left -= strlen(mark);
	}
	while (left > 0) {
		const char *end = memchr(rest, '\n', left);
		size_t len = end != NULL ? (size_t)(end - rest) : left;

		reader.number++;
		read_line(&reader, rest, len);
		len += end != NULL;
		rest += len;
		left -= len;
	}
}
