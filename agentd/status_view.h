/*
 * status_view.h - the status of the running daemon, ready to be shown.
 */
#ifndef AGENTD_STATUS_VIEW_H
#define AGENTD_STATUS_VIEW_H

#include "agentd/control_client.h"

enum { STATUS_FAULT_MAX = CONTROL_FAULT_MAX };

/*
 * Asks the daemon of this user. 0, and view is whole lines of printable ASCII: text for people, or the
 * document as one line. Or a negative errno, and fault says why there is none. view is to be deinitialized in
 * any case.
 */
int status_view_take(bool is_json, struct byte_buf *view, char fault[STATUS_FAULT_MAX]);

/* A line that stands in for the document where there is none: {"version", "time", "error"}. */
void status_view_put_fault(struct byte_buf *view, const char *fault);

#endif
