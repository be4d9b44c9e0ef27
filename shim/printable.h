/*
 * printable.h - a stranger's bytes made fit to be read by people.
 */
#ifndef SHIM_PRINTABLE_H
#define SHIM_PRINTABLE_H

#include "common/bytes.h"

/* Copies bytes as a C string of at most size - 1 characters; control bytes become '?'. */
void printable_copy(char *to, size_t size, struct byte_view bytes);

#endif
