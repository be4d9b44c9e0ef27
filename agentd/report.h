/*
 * report.h - what was signed and what was refused, a log line each.
 */
#ifndef AGENTD_REPORT_H
#define AGENTD_REPORT_H

#include "agentd/grant.h"
#include "common/bytes.h"
#include "common/fingerprint.h"

/* The fingerprint of the key a sign request is for; empty when lines of this level are not logged. */
void report_key_asked(struct byte_view request, char key[FINGERPRINT_TEXT_MAX]);

/* The upstream answered a sign request for key; is_signed: with a signature. */
void report_signature(const char *id, const struct grant *grant, const char *key, bool is_signed,
		      uint64_t duration_ns);

/* A request was refused. A flood of refusals is summed up rather than logged. */
void report_refusal(const char *id, const struct grant *grant, const char *kind,
		    const char *reason);

#endif
