/*
 * control_client.h - how `ssh-forward-agentd token`, and its likes, ask the running daemon.
 */
#ifndef AGENTD_CONTROL_CLIENT_H
#define AGENTD_CONTROL_CLIENT_H

#include "common/bytes.h"

/*
 * Asks the daemon of this user. line is a verb and its words, without a newline. 0: answer holds
 * the text behind "ok", with a NUL at its end that its len counts. Else a negative errno, after a
 * report; instead is what a user without a daemon is told to do. answer need not be initialized, and
 * is to be deinitialized in any case.
 */
int control_client_ask(const char *line, const char *instead, struct byte_buf *answer);

enum { CONTROL_FAULT_MAX = 1024 };

/* The same without a report, of which fault is the text. */
int control_client_try(const char *line, const char *instead, struct byte_buf *answer,
		       char fault[CONTROL_FAULT_MAX]);

#endif
