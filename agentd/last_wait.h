/*
 * last_wait.h - how long the end of the daemon waits for its threads.
 *
 * A loop ends when nothing is left to do, and so not before its threads come back; one that works on a file whose file
 * system answers nothing never does. Such a one is waited for a second. The audit log, whose lines are to be
 * complete, has five for each of its steps, as long as it gets on.
 */
#ifndef AGENTD_LAST_WAIT_H
#define AGENTD_LAST_WAIT_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "agentd/audit.h"

struct last_wait {
	uv_timer_t timer;
	const struct audit *audit;
	uint64_t written_count; /* when it was looked at last */
	unsigned periods_left;
	bool is_over; /* the loop was stopped with things left to do */
};

/* Keeps no loop from ending by itself. */
void last_wait_init(struct last_wait *wait, uv_loop_t *loop, const struct audit *audit);

/* From now on; again is anew. */
void last_wait_begin(struct last_wait *wait);

void last_wait_close(struct last_wait *wait);

#endif
