/*
 * wait_notice.h - tells the build's log that a signature waits for somebody at the host.
 *
 * Costs a timer while signatures are in flight. Only one that has had no answer for a second makes it
 * ask the daemon what is waited for, and again now and then until all are answered. A daemon that
 * does not know the verb is asked once.
 */
#ifndef SHIM_WAIT_NOTICE_H
#define SHIM_WAIT_NOTICE_H

#include "shim/ask.h"
#include "shim/uplink.h"

enum { WAIT_NOTICE_LINES_MAX = 24, WAIT_NOTICE_LINE_SIZE = 640 };

struct wait_notice {
	uv_timer_t timer;
	struct uplink *uplink;
	struct ask *ask;	 /* under way, else NULL */
	const struct link *deaf; /* this link's daemon has no such verb */
	unsigned signing_count;
	unsigned asked_count; /* since signatures are in flight */
	/* What was told and still waits, as the daemon put it. */
	char told[WAIT_NOTICE_LINES_MAX][WAIT_NOTICE_LINE_SIZE];
	unsigned told_count;
};

/* uplink outlives it. */
void wait_notice_init(struct wait_notice *notice, struct uplink *uplink);

/* A sign request was sent; it was answered, or given up. In pairs. */
void wait_notice_begin(struct wait_notice *notice);
void wait_notice_end(struct wait_notice *notice);

/* Idempotent. */
void wait_notice_close(struct wait_notice *notice);

#endif
