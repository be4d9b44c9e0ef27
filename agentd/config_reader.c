#include "agentd/config_reader.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SECTIONS_MAX = 4096,
	MISTAKES_MAX = 100, /* told one by one */
};

void config_complain(struct config_reader *reader, unsigned line, const char *format, ...)
{
	char message[1024];
	va_list args;

	if (reader->mistake_count++ >= MISTAKES_MAX)
		return;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	/* A mistake is one line, whatever the value that it quotes. */
	for (char *c = message; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	}
	log_error("%.*s:%u: %s", CONFIG_WHERE_MAX, reader->path, line, message);
}

/* "; did you mean "NAME"?", where there is one that may have been meant. */
static const char *say_nearest(const struct nearest_name *nearest, char text[CONFIG_REASON_MAX])
{
	text[0] = '\0';
	if (nearest->name != NULL)
		snprintf(text, CONFIG_REASON_MAX, "; did you mean \"%s\"?", nearest->name);
	return text;
}

static const char *suggest_key(const struct section_kind *section, const char *word,
			       char text[CONFIG_REASON_MAX])
{
	struct nearest_name nearest;
	const char *name;

	nearest_name_begin(&nearest, word);
	for (size_t i = 0; (name = section->names(i)) != NULL; i++)
		nearest_name_try(&nearest, name);
	return say_nearest(&nearest, text);
}

static const char *suggest_section(const struct section_kind *kinds, const char *word,
				   char text[CONFIG_REASON_MAX])
{
	struct nearest_name nearest;

	nearest_name_begin(&nearest, word);
	for (; kinds->name != NULL; kinds++)
		nearest_name_try(&nearest, kinds->name);
	return say_nearest(&nearest, text);
}

static const struct section_kind *find_kind(const struct section_kind *kinds, const char *name)
{
	for (; kinds->name != NULL; kinds++) {
		if (strcmp(kinds->name, name) == 0)
			return kinds;
	}
	return NULL;
}

static void section_end(struct config_reader *reader)
{
	if (reader->section != NULL && reader->section->end != NULL)
		reader->section->end(reader);
	reader->section = NULL;
}

/* False after a report. [NAME] is there once; of [NAME WHICH] its own begin sees to that. */
static bool is_first(struct config_reader *reader, const struct section_kind *kind)
{
	for (size_t i = 0; i < reader->single_count; i++) {
		if (reader->single[i].kind == kind) {
			config_complain(reader, reader->line, "[%s] is there already, on line %u",
					kind->name, reader->single[i].line);
			return false;
		}
	}
	assert(reader->single_count < CONFIG_SEEN_MAX);
	reader->single[reader->single_count].kind = kind;
	reader->single[reader->single_count++].line = reader->line;
	return true;
}

/* heading is split in place: "id projecta" becomes "id", and which "projecta". */
static const char *split_heading(char *heading)
{
	char *which = heading + strcspn(heading, " \t");

	if (*which == '\0')
		return which;
	*which++ = '\0';
	return which + strspn(which, " \t");
}

static bool section_begin(struct config_reader *reader, const char *name, const char *which)
{
	const struct section_kind *kind = find_kind(reader->kinds, name);
	char escaped[LOG_ESCAPED_MAX];
	char suggestion[CONFIG_REASON_MAX];

	if (kind == NULL) {
		config_complain(reader, reader->line, "unknown section [%s]%s",
				log_escape(view_of(name), escaped),
				suggest_section(reader->kinds, name, suggestion));
		return false;
	}
	if (kind->which == NULL && which[0] != '\0') {
		config_complain(reader, reader->line, "[%s] takes no name: write [%s]", name, name);
		return false;
	}
	if (kind->which != NULL && which[0] == '\0') {
		config_complain(reader, reader->line, "which one? write [%s %s]", name,
				kind->which);
		return false;
	}
	if (kind->which == NULL && !is_first(reader, kind))
		return false;
	if (kind->begin != NULL && !kind->begin(reader, which))
		return false;
	reader->section = kind;
	return true;
}

static void on_section(void *owner, unsigned line, const char *heading)
{
	struct config_reader *reader = owner;
	char *copy;

	section_end(reader);
	reader->line = line;
	reader->section_line = line;
	reader->has_section = true;
	reader->seen_count = 0;
	if (++reader->section_count > SECTIONS_MAX) {
		if (reader->section_count == SECTIONS_MAX + 1)
			config_complain(reader, line, "more than %d sections", SECTIONS_MAX);
		return;
	}
	copy = strdup(heading);
	if (copy == NULL) {
		reader->err = -ENOMEM;
		return;
	}
	section_begin(reader, copy, split_heading(copy));
	free(copy);
}

/* The section's own spelling of name, which lasts; NULL if it has none. */
static const char *known_name(const struct section_kind *section, const char *name)
{
	const char *known;

	for (size_t i = 0; (known = section->names(i)) != NULL; i++) {
		if (strcmp(known, name) == 0)
			return known;
	}
	return NULL;
}

/* False after a report: a single key is there once. */
static bool note_seen(struct config_reader *reader, const char *known)
{
	for (size_t i = 0; i < reader->seen_count; i++) {
		if (reader->seen[i].name == known) {
			config_complain(reader, reader->line, "%s is there already, on line %u",
					known, reader->seen[i].line);
			return false;
		}
	}
	assert(reader->seen_count < CONFIG_SEEN_MAX);
	reader->seen[reader->seen_count].name = known;
	reader->seen[reader->seen_count++].line = reader->line;
	return true;
}

static void on_key(void *owner, unsigned line, const char *name, const char *value)
{
	struct config_reader *reader = owner;
	const struct section_kind *section = reader->section;
	char reason[CONFIG_REASON_MAX] = "";
	char escaped[LOG_ESCAPED_MAX];
	const char *known;
	int err;

	reader->line = line;
	if (section == NULL) {
		if (!reader->has_section)
			config_complain(reader, line,
					"\"%s\" stands in no section; write [daemon] above it, "
					"or another",
					log_escape(view_of(name), escaped));
		return;
	}
	known = known_name(section, name);
	if (known == NULL) {
		config_complain(reader, line, "unknown key \"%s\" in [%s]%s",
				log_escape(view_of(name), escaped), section->name,
				suggest_key(section, name, reason));
		return;
	}
	if (!section->is_list(known) && !note_seen(reader, known))
		return;
	err = section->set(reader, known, value, reason);
	if (err == -ENOMEM)
		reader->err = err;
	else if (err != 0 && reason[0] != '\0')
		config_complain(reader, line, "%s = %s: %s", known,
				log_escape(view_of(value), escaped), reason);
	else if (err != 0)
		reader->mistake_count++; /* whoever found it has told it */
}

static void on_mistake(void *owner, unsigned line, const char *message)
{
	config_complain(owner, line, "%s", message);
}

static const struct config_events reader_events = {
	.on_section = on_section,
	.on_key = on_key,
	.on_mistake = on_mistake,
};

int config_reader_run(const struct section_kind *kinds, struct byte_view text, const char *path,
		      struct options *options)
{
	struct config_reader reader = {.kinds = kinds, .path = path, .options = options};

	config_lines_parse(text, &reader_events, &reader);
	section_end(&reader);
	if (reader.mistake_count > MISTAKES_MAX)
		log_error("%.*s: %u more mistakes", CONFIG_WHERE_MAX, path,
			  reader.mistake_count - MISTAKES_MAX);
	if (reader.err != 0) {
		log_error("out of memory");
		return reader.err;
	}
	return reader.mistake_count == 0 ? 0 : -EINVAL;
}
