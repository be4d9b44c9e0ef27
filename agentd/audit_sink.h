/*
 * audit_sink.h - where audit lines go: a file or the journal.
 */
#ifndef AGENTD_AUDIT_SINK_H
#define AGENTD_AUDIT_SINK_H

#include <jansson.h>
#include <stdbool.h>

#include "agentd/audit_file.h"

struct audit_sink {
	bool is_journal;
	struct audit_file file;
	int journal_fd;
	const char *journal_path;
};

/* destination: "journal", or the path of a file. As audit_file_open. */
int audit_sink_open(struct audit_sink *sink, const char *destination, char fault[AUDIT_FAULT_MAX]);

/* A line in the sink's own form. NULL when out of memory; the caller frees it. */
char *audit_sink_format(const struct audit_sink *sink, const json_t *line, size_t *len);

/* As their namesakes of audit_file.h. */
int audit_sink_reopen(struct audit_sink *sink, char fault[AUDIT_FAULT_MAX]);
int audit_sink_write(struct audit_sink *sink, const struct iovec *lines, size_t count,
		     size_t *done);

void audit_sink_close(struct audit_sink *sink);

#endif
