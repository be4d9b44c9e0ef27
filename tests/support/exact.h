/*
 * exact.h - inputs in heap blocks of exactly their size, so that AddressSanitizer sees a parser
 * that reads one byte too many.
 */
#ifndef TESTS_SUPPORT_EXACT_H
#define TESTS_SUPPORT_EXACT_H

#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"

/* A copy of len bytes; the caller frees with exact_free. */
static inline struct byte_view exact_copy(const void *bytes, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);

	if (copy == NULL)
		abort();
	if (len > 0)
		memcpy(copy, bytes, len);
	return (struct byte_view){.ptr = copy, .len = len};
}

static inline void exact_free(struct byte_view copy)
{
	free((void *)(uintptr_t)copy.ptr);
}

#endif
