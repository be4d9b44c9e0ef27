/*
 * client_config.h - which settings the configuration of the image's ssh may make.
 *
 * Only whether a keyword stands there at all, in whatever Host or Match block: reading a few files is
 * a hundred times cheaper than running `ssh -G`, and in most images none of the keywords is there.
 */
#ifndef SHIM_CLIENT_CONFIG_H
#define SHIM_CLIENT_CONFIG_H

#include "shim/client_args.h"

/*
 * Of the file that -F names, or else of ~/.ssh/config and /etc/ssh/ssh_config, and of what they
 * include. home: where "~" is; may be NULL. CLIENT_SETS_...; CLIENT_SETS_ANY where it cannot be said.
 */
unsigned client_config_settings(const char *config_file, const char *home);

/* Of this file and what it includes; one that cannot be read sets nothing. dir: where names of
 * included files start that do not begin with "/" or "~". */
unsigned client_config_file_settings(const char *path, const char *dir, const char *home);

#endif
