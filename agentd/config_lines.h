/*
 * config_lines.h - the lines of an INI file, before anybody asks what they mean.
 *
 * inih reads one line at a time here. Left to read the whole, it takes an indented line for more of
 * the value before it, cuts names of sections at 49 bytes, and tells of its first mistake only.
 *
 *	[SECTION]
 *	NAME = VALUE   ; a comment, if a space stands before the semicolon
 *	# another, and so is ; at the start of a line
 */
#ifndef AGENTD_CONFIG_LINES_H
#define AGENTD_CONFIG_LINES_H

#include "common/bytes.h"

enum { CONFIG_LEN_MAX = 1024 * 1024 };

/* Called in the order of the lines, which count from 1. Texts end with the call. */
struct config_events {
	/* name: what stands between the brackets, without spaces around it. */
	void (*on_section)(void *owner, unsigned line, const char *name);
	void (*on_key)(void *owner, unsigned line, const char *name, const char *value);
	/* The line is none of these. */
	void (*on_mistake)(void *owner, unsigned line, const char *message);
};

void config_lines_parse(struct byte_view text, const struct config_events *events, void *owner);

#endif
