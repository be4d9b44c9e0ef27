/*
 * write_all.h - writing to a file, all of it.
 */
#ifndef SHIM_WRITE_ALL_H
#define SHIM_WRITE_ALL_H

#include "common/bytes.h"

/* 0 or a negative errno. fd blocks. */
int write_all(int fd, struct byte_view bytes);

#endif
