/*
 * home_path.h - paths as people write them in a configuration, where no shell expands "~/".
 */
#ifndef AGENTD_HOME_PATH_H
#define AGENTD_HOME_PATH_H

/*
 * A copy of path, for the caller to free, with $HOME in the place of a leading "~/". NULL, and
 * errno: ENOENT where HOME is not set, ENOMEM.
 */
char *home_path(const char *path);

#endif
