/*
 * config_path.h - file names in the configuration, and where the configuration is.
 */
#ifndef AGENTD_CONFIG_PATH_H
#define AGENTD_CONFIG_PATH_H

#include <stddef.h>

enum { CONFIG_PATH_REASON_MAX = 128 };

/*
 * A file name as the configuration file config_path has it: "~/x" lies in the home directory, "x"
 * and "./x" beside the configuration file. 0 and *path, the caller's to free; -EINVAL, and reason
 * says why not; -ENOMEM.
 */
int config_path_expand(const char *name, const char *config_path, char **path,
		       char reason[CONFIG_PATH_REASON_MAX]);

/*
 * Where a configuration is looked for when none is named, the index-th place, from 0: the user's
 * own, then the machine's. 0 and *path, the caller's to free; -ENOENT: there are no more places;
 * -ENOMEM.
 */
int config_path_default(size_t index, char **path);

#endif
