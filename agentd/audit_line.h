/*
 * audit_line.h - the lines of the audit log. docs/protocol.md has the format.
 *
 * No line holds a key blob, signed data or a token: what it is made of has none.
 */
#ifndef AGENTD_AUDIT_LINE_H
#define AGENTD_AUDIT_LINE_H

#include <jansson.h>

#include "agentd/record.h"

/* A line of an event: its time, its number in this run, its name. NULL when out of memory. */
json_t *audit_line_new(const char *event, uint64_t number);

/* The peer: link, peer, token. */
void audit_line_put_grant(json_t *line, const struct grant *grant);

/* What a request asks for: of whom it is, and of a signature what it is for. */
void audit_line_put_question(json_t *line, const struct record *record);

/* What became of a request. */
void audit_line_put_record(json_t *line, const struct record *record);

/*
 * As it goes into a file: one line, its newline included; all of it ASCII. NULL when out of memory;
 * the caller frees it.
 */
char *audit_line_text(const json_t *line, size_t *len);

/* As it goes to the journal: fields of its native protocol. As above. */
char *audit_line_journal_fields(const json_t *line, size_t *len);

#endif
