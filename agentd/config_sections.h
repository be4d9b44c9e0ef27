/*
 * config_sections.h - what the sections and keys of the configuration mean.
 */
#ifndef AGENTD_CONFIG_SECTIONS_H
#define AGENTD_CONFIG_SECTIONS_H

#include "agentd/config_lines.h"
#include "agentd/options.h"

/*
 * Reads the text of the configuration file path into options. Reports every mistake as "path:line:
 * what is wrong", not only the first. 0, -EINVAL, or -ENOMEM.
 */
int config_sections_read(struct byte_view text, const char *path, struct options *options);

#endif
