/*
 * report.h - what was signed and what was refused, a log line each.
 */
#ifndef AGENTD_REPORT_H
#define AGENTD_REPORT_H

#include "agentd/gate.h"
#include "agentd/grant.h"
#include "common/bytes.h"
#include "common/fingerprint.h"

/* The fingerprint of the key a sign request is for; empty when lines of this level are not logged. */
void report_key_asked(struct byte_view request, char key[FINGERPRINT_TEXT_MAX]);

/* The upstream answered a sign request for key and login; is_signed: with a signature. */
void report_signature(const char *id, const struct grant *grant, const char *key,
		      const struct gate_login *login, bool is_signed, uint64_t duration_ns);

/*
 * True if a line about what any stranger, or any build, can bring about at will may be logged now.
 * A flood of them is counted rather than logged.
 */
bool report_is_due(void);

/* A request was refused; a line as above. */
void report_refusal(const char *id, const struct grant *grant, const char *kind,
		    const char *reason);

#endif
