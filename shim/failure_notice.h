/*
 * failure_notice.h - tells the build's log why an agent request failed.
 *
 * A program that asked sees no more than SSH_AGENT_FAILURE; ssh says "agent refused operation", whatever the
 * cause. What is told again within seconds is told once.
 */
#ifndef SHIM_FAILURE_NOTICE_H
#define SHIM_FAILURE_NOTICE_H

#include <stdint.h>

enum { FAILURE_NOTICE_LINE_SIZE = 768 };

/* All zero at first. */
struct failure_notice {
	char told[FAILURE_NOTICE_LINE_SIZE]; /* the last line */
	uint64_t told_at_ms;
};

/*
 * A request of this type (RFC 9987 section 6) to id was answered by a failure. id is NULL or empty behind a
 * Unix socket. reason, printable, is NULL where nobody said it. now_ms is uv_now's. Extensions
 * fail in silence: programs try them out.
 */
void failure_notice_tell(struct failure_notice *notice, uint64_t now_ms, uint8_t request_type,
			 const char *id, const char *reason);

#endif
