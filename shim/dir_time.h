/*
 * dir_time.h - the modification time of a directory in which something is made, and taken away again.
 */
#ifndef SHIM_DIR_TIME_H
#define SHIM_DIR_TIME_H

#include <sys/stat.h>

/* As the directory was before something was made there, and after. */
struct dir_time {
	struct stat before;
	struct stat after;
};

/*
 * Once all is taken away again: the time that the directory would have without us. That is the one from
 * before; but where others have changed the directory since after, the one it had just now. fd may be
 * one of O_PATH. Where the directory is somebody else's, nothing can be done.
 */
void dir_time_restore(int fd, const struct dir_time *time, const struct stat *just_now);

#endif
