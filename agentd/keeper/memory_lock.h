/*
 * memory_lock.h - keeps keys out of swap.
 */
#ifndef AGENTD_KEEPER_MEMORY_LOCK_H
#define AGENTD_KEEPER_MEMORY_LOCK_H

#include <stdbool.h>

enum memory_lock {
	MEMORY_LOCKED,	      /* all, and all that will come */
	MEMORY_LOCKED_SO_FAR, /* what is writable now, the keys among it; not what comes later */
	MEMORY_NOT_LOCKED,
};

/*
 * Before keys are read: one heap, which all threads share and which is not given back, so that
 * there is little to lock and keys do not spread.
 */
void memory_lock_prepare(void);

/*
 * Locks as much as RLIMIT_MEMLOCK and capabilities allow, without making later allocations fail:
 * under a limit, locking future memory too would turn the limit into one on all memory.
 */
enum memory_lock memory_lock_all(void);

#endif
