/*
 * log_pause.h - log lines are written a little later, many with one write: not each request has to pay for its own.
 */
#ifndef AGENTD_LOG_PAUSE_H
#define AGENTD_LOG_PAUSE_H

#include <uv.h>

struct log_pause {
	uv_prepare_t prepare;
	uv_timer_t timer;
};

/* Of the thread that runs the loop. Does not keep the loop from ending. */
void log_pause_begin(struct log_pause *pause, uv_loop_t *loop);

/* Writes what is left; later lines are written at once. The loop has to run once more before it is closed. */
void log_pause_end(struct log_pause *pause);

#endif
