/*
 * report.h - what was signed and what was refused, a log line each.
 */
#ifndef AGENTD_REPORT_H
#define AGENTD_REPORT_H

#include "agentd/record.h"

/* What became of a request; nothing of those that only pass, nor of lost ones: the connection's end
 * is logged. */
void report_request(const struct record *record);

/* A secret was sent, all its len bytes. */
void report_secret(const char *name, const struct grant *grant, uint64_t len, uint64_t duration_ns);

/*
 * True if a line about what any stranger, or any build, can bring about at will may be logged now.
 * A flood of them is counted rather than logged.
 */
bool report_is_due(void);

#endif
