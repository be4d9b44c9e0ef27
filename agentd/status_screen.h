/*
 * status_screen.h - text that is drawn anew again and again on a terminal's alternate screen, which is
 * left as it was: when the program is done, when a signal ends it, and while it is stopped.
 */
#ifndef AGENTD_STATUS_SCREEN_H
#define AGENTD_STATUS_SCREEN_H

#include "common/bytes.h"

/* True if standard output is a terminal that can do it. */
bool status_screen_is_there(void);

/* From now on the terminal is ours. */
void status_screen_open(void);

/*
 * Shows lines of printable ASCII in place of what is there; cut to the terminal's width, and, with a
 * word about it, to its height. 0, or a negative errno: the terminal takes no more.
 */
int status_screen_draw(struct byte_view text);

/* Waits that long, less when the terminal has got another size or its program was continued. True if
 * somebody typed q. */
bool status_screen_wait(unsigned seconds);

void status_screen_close(void);

#endif
