/*
 * locked_memory.h - memory for what must not be found: not swapped where the limits allow, in no core
 * file, wiped when it is given back.
 */
#ifndef COMMON_LOCKED_MEMORY_H
#define COMMON_LOCKED_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct locked_memory {
	uint8_t *data; /* NULL: there is none */
	size_t size;
	bool is_locked; /* else RLIMIT_MEMLOCK is used up */
};

/* Whole pages, zeros, size bytes or more (size > 0). 0 or -ENOMEM. */
int locked_memory_init(struct locked_memory *memory, size_t size);

/* Wipes and gives back; memory that is all zeros may be given back, too. */
void locked_memory_deinit(struct locked_memory *memory);

#endif
