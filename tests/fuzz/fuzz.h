/*
 * fuzz.h - what all fuzz targets share.
 *
 * A target takes any bytes and ends the program where a claim about them is false; so do the
 * sanitizers. With clang's libFuzzer it looks for such bytes (`scripts/fuzz`); with any compiler
 * corpus_main.c feeds it what was found before.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/exact.h"

/* The target; libFuzzer's name for it. data is a heap block of exactly size bytes. Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(claim)                                                                     \
	do {                                                                                  \
		if (!(claim)) {                                                               \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #claim); \
			abort();                                                              \
		}                                                                             \
	} while (0)

/* True if all of view lies in whole; an empty view lies anywhere. */
static inline int fuzz_is_inside(struct byte_view view, struct byte_view whole)
{
	return view.len == 0 || (view.ptr >= whole.ptr && view.len <= whole.len &&
				 (size_t)(view.ptr - whole.ptr) <= whole.len - view.len);
}

/* True if buf, which is freed, holds these bytes. */
static inline int fuzz_took_bytes(struct byte_buf *buf, struct byte_view bytes)
{
	int is_equal = byte_buf_status(buf) == 0 && view_equal(byte_buf_view(buf), bytes);

	byte_buf_deinit(buf);
	return is_equal;
}

#endif
