/*
 * regular_file.h - the content of a small file, for who must not wait: where a pipe or a device
 * stands in its place, it is not read.
 */
#ifndef AGENTD_REGULAR_FILE_H
#define AGENTD_REGULAR_FILE_H

#include "common/bytes.h"

/*
 * Appends the content. 0; -EINVAL: it is no regular file; -EMSGSIZE: more than text takes; another
 * negative errno. text then holds a part of it.
 */
int regular_file_read(const char *path, struct byte_buf *text);

#endif
