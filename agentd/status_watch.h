/*
 * status_watch.h - the status again and again: on the screen of a terminal, or one after the other.
 */
#ifndef AGENTD_STATUS_WATCH_H
#define AGENTD_STATUS_WATCH_H

#include <stdbool.h>

/*
 * Shows it every so many seconds, also while there is no daemon, until somebody types q, a signal ends it, or
 * what it writes to takes no more. The exit status.
 */
int status_watch(bool is_json, unsigned seconds);

#endif
