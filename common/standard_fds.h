/*
 * standard_fds.h - descriptors 0, 1 and 2, which a program may be started without.
 */
#ifndef COMMON_STANDARD_FDS_H
#define COMMON_STANDARD_FDS_H

/*
 * The first thing in main. A descriptor below 3 that is closed would be given to the next file or
 * socket, and the log be written into it; it becomes /dev/null, closed again by exec.
 */
void standard_fds_fill(void);

#endif
