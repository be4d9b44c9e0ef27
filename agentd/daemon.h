/*
 * daemon.h - the life of the daemon: keeper, listeners, loop, signals, end.
 */
#ifndef AGENTD_DAEMON_H
#define AGENTD_DAEMON_H

#include "agentd/options.h"

/* Runs until a signal or the end of the command; takes over options->sources. The exit status. */
int daemon_run(struct options *options);

#endif
