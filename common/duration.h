/*
 * duration.h - spans of time as people write them: "30s", "15m", "2h", "7d".
 */
#ifndef COMMON_DURATION_H
#define COMMON_DURATION_H

#include <stdint.h>

/*
 * A number with s, m, h or d behind it, seconds where nothing is; more than none, and a hundred
 * years at most. 0 or -EINVAL.
 */
int duration_parse(const char *text, uint64_t *seconds);

#endif
