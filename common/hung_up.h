/*
 * hung_up.h - whether the other end of a Unix socket is gone altogether.
 */
#ifndef COMMON_HUNG_UP_H
#define COMMON_HUNG_UP_H

#include <stdbool.h>

/*
 * The end of input does not tell who has only ended their side and waits for an answer from who is
 * gone. True for the latter.
 */
bool is_hung_up(int fd);

#endif
