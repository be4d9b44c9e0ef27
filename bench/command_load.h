/*
 * command_load.h - a command that is run over and over: what it takes from exec to its end, or to the moment
 * that it names.
 */
#ifndef BENCH_COMMAND_LOAD_H
#define BENCH_COMMAND_LOAD_H

#include <stddef.h>

#include "bench/latency.h"

/*
 * Runs `command`, a program's path and its arguments with blanks between, `times` times, one after the other, and adds what each took to
 * *latency, where it is not NULL. If its output has the word ` finished_ns=N`, a time of CLOCK_MONOTONIC
 * (agent-load's, when it has its last reply), the run counts until then, else until its end.
 *
 * 0; -ECANCELED: it did not end with status 0, or named a moment that was not; or negative errno. What it writes
 * to stderr goes to ours.
 */
int command_load_run(const char *command, size_t times, struct latency *latency);

#endif
