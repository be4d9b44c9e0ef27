/*
 * config.h - the configuration file.
 */
#ifndef AGENTD_CONFIG_H
#define AGENTD_CONFIG_H

#include "agentd/options.h"

/*
 * Reads the configuration file path into options, or, where path is NULL, the first there is in the
 * default places; none there is no mistake. options->config_path tells which it was, also if it is
 * wrong. Reports all mistakes, each with file and line; 0, -EINVAL, -ENOMEM.
 */
int config_load(const char *path, struct options *options);

#endif
